import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { Uuid } from './scalars.ts';

/**
 * The client that a person acted through. `recurrence` is Rondo itself, for them: it continues their
 * series, and moves their floating tasks to the zone where they are. It comes from the token, never from a body.
 */
export const ActorSource = Type.Enum(['web', 'api', 'mcp', 'chat', 'recurrence']);
export type ActorSource = Static<typeof ActorSource>;

/** Who made a change, and through which client. */
export const Actor = Type.Object(
  { user_id: Uuid, source: ActorSource },
  {
    $id: 'Actor',
    additionalProperties: false,
    examples: [{ user_id: exampleIds.person, source: 'web' }],
  },
);
export type Actor = Static<typeof Actor>;
