import { Type, type Static } from 'typebox';
import { Count, DateTime, Uuid } from './scalars.ts';

/** An event that a service could not process, kept until an operator redrives it. */
export const DeadLetter = Type.Object(
  {
    id: Uuid,
    workspace_id: Type.Union([Uuid, Type.Null()]),
    topic: Type.String(),
    event_id: Type.Union([Type.String(), Type.Null()]),
    reason: Type.String(),
    stack: Type.Union([Type.String(), Type.Null()]),
    cloud_event: Type.Unknown(),
    received_at: DateTime,
    redriven_at: Type.Union([DateTime, Type.Null()]),
  },
  { $id: 'DeadLetter', additionalProperties: false },
);
export type DeadLetter = Static<typeof DeadLetter>;

export const DeadLetterPage = Type.Object(
  { dead_letters: Type.Array(DeadLetter), total: Count },
  { $id: 'DeadLetterPage', additionalProperties: false },
);
export type DeadLetterPage = Static<typeof DeadLetterPage>;
