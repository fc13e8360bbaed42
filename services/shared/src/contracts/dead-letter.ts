import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { Count, DateTime, Uuid } from './scalars.ts';

/** An event that a service could not process. It is kept until an operator redrives it. */
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
  {
    $id: 'DeadLetter',
    additionalProperties: false,
    examples: [
      {
        id: '5b2e8c40-91d7-8f3a-b6c4-e07d1a95f238',
        workspace_id: exampleIds.workspace,
        topic: 'task-events',
        event_id: exampleIds.event,
        reason: 'schema_version 2.0 is not known here',
        stack: null,
        cloud_event: { specversion: '1.0', id: exampleIds.event, type: 'com.todoai.task.created', data: {} },
        received_at: '2027-01-04T09:15:01Z',
        redriven_at: null,
      },
    ],
  },
);
export type DeadLetter = Static<typeof DeadLetter>;

/** Answer of `GET /api/v1/dead-letters`. `total` counts all dead letters of the service. */
export const DeadLetterPage = Type.Object(
  { dead_letters: Type.Array(DeadLetter), total: Count },
  { $id: 'DeadLetterPage', additionalProperties: false },
);
export type DeadLetterPage = Static<typeof DeadLetterPage>;
