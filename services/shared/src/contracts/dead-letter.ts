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

/** The path of the dead letters of a service: they are kept where their event failed. */
export function deadLettersPathOf(service: string): string {
  return `/api/v1/dead-letters/${service}`;
}

/** Answer of `GET /api/v1/dead-letters/{service}`. `total` counts all dead letters of the service. */
export const DeadLetterPage = Type.Object(
  { dead_letters: Type.Array(DeadLetter), total: Count },
  { $id: 'DeadLetterPage', additionalProperties: false },
);
export type DeadLetterPage = Static<typeof DeadLetterPage>;

/** An operator saw (`list`) or redrove dead letters. */
export const DeadLetterAccess = Type.Object(
  {
    accessed_at: DateTime,
    person_id: Uuid,
    action: Type.Enum(['list', 'redrive']),
    dead_letter_ids: Type.Array(Uuid),
  },
  {
    $id: 'DeadLetterAccess',
    additionalProperties: false,
    examples: [
      {
        accessed_at: '2027-01-04T10:02:11Z',
        person_id: exampleIds.person,
        action: 'list',
        dead_letter_ids: ['5b2e8c40-91d7-8f3a-b6c4-e07d1a95f238'],
      },
    ],
  },
);
export type DeadLetterAccess = Static<typeof DeadLetterAccess>;

/** Answer of `GET /api/v1/dead-letters/{service}/accesses`, the newest access first. */
export const DeadLetterAccessPage = Type.Object(
  { accesses: Type.Array(DeadLetterAccess) },
  { $id: 'DeadLetterAccessPage', additionalProperties: false },
);
