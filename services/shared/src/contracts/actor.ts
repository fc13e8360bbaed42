import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { namedText, Uuid, visibleWords } from './scalars.ts';

/**
 * The client that a person acted through. `recurrence` is Rondo itself, for them: it continues their
 * series, and moves their floating tasks to the zone where they are. It comes from the token, never from a body.
 */
export const ActorSource = Type.Enum(['web', 'api', 'mcp', 'chat', 'recurrence']);
export type ActorSource = Static<typeof ActorSource>;

/** An agent that acts for a person, as the `act` claim of its token names it (RFC 8693 section 4.1). */
export const Agent = Type.Object(
  {
    client_id: Type.String({ minLength: 1, maxLength: 200, pattern: namedText, 'x-words': visibleWords }),
    name: Type.String({ minLength: 1, maxLength: 100, pattern: namedText, 'x-words': visibleWords }),
  },
  { additionalProperties: false, examples: [{ client_id: 'assistant', name: 'Assistant' }] },
);
export type Agent = Static<typeof Agent>;

/** Who made a change, through which client, and which agent acted for them. */
export const Actor = Type.Object(
  { user_id: Uuid, source: ActorSource, agent: Type.Optional(Agent) },
  {
    $id: 'Actor',
    additionalProperties: false,
    examples: [{ user_id: exampleIds.person, source: 'web' }],
  },
);
export type Actor = Static<typeof Actor>;
