import { Type, type Static } from 'typebox';
import { Uuid } from './scalars.ts';

/** What a person acted through; `recurrence` acts on their behalf. It comes from the token, never from a body. */
export const ActorSource = Type.Enum(['web', 'api', 'mcp', 'chat', 'recurrence']);
export type ActorSource = Static<typeof ActorSource>;

export const Actor = Type.Object(
  { user_id: Uuid, source: ActorSource },
  { $id: 'Actor', additionalProperties: false },
);
export type Actor = Static<typeof Actor>;
