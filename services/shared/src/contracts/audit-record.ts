import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { Count, DateTime, nullable, NextCursor, Sha256Hex, Uuid } from './scalars.ts';
import { exampleTask } from './task-example.ts';
import { Actor } from './actor.ts';
import { taskEventSource, TaskEventType } from './task-event.ts';

/**
 * An event as Audit stores it; `id` and `event_id` are the event's id, and `source_service` is the service that published it. The records of a workspace form a chain in the order in which they
 * arrived (`position` 1, 2, 3 …). `hash` is SHA-256 over the previous hash (32 bytes, zeros for the first record), the version
 * of the hash (1 byte), the workspace (16), `position` (8), `seq` (8), the event's id (16), `recorded_at` (8, milliseconds) and
 * the stored bytes of the event (UTF-8); numbers are big endian. In version 1 it covers the previous hash, `seq`, the event's id
 * and the event only.
 */
export const AuditRecord = Type.Object(
  {
    id: Uuid,
    event_id: Uuid,
    source_service: Type.Literal(taskEventSource),
    workspace_id: Uuid,
    position: Count,
    seq: Count,
    event_type: TaskEventType,
    task_id: Uuid,
    version: Count,
    actor: Actor,
    timestamp: DateTime,
    recorded_at: DateTime,
    changed: Type.Array(Type.String()),
    payload: Type.Unknown(),
    previous_hash: Sha256Hex,
    hash: Sha256Hex,
    hash_version: Type.Integer({ minimum: 1, maximum: 2 }),
  },
  {
    $id: 'AuditRecord',
    additionalProperties: false,
    examples: [
      {
        id: exampleIds.event,
        event_id: exampleIds.event,
        source_service: taskEventSource,
        workspace_id: exampleIds.workspace,
        position: 1,
        seq: 1,
        event_type: 'task-created',
        task_id: exampleIds.task,
        version: 1,
        actor: { user_id: exampleIds.person, source: 'web' },
        timestamp: exampleTask.created_at,
        recorded_at: '2027-01-04T09:15:00.180Z',
        changed: ['title', 'priority', 'labels', 'list', 'due_date'],
        payload: exampleTask,
        previous_hash: '0'.repeat(64),
        hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        hash_version: 2,
      },
    ],
  },
);
export type AuditRecord = Static<typeof AuditRecord>;

/**
 * Answer of `GET /api/v1/audit`. A page ends at its number of records, at 1 MiB, or with a filter after 5,000 records that were read,
 * whichever comes first: it may have none, and still a `next_cursor`. `total` is the number of all records; null if the request has a
 * filter, because counting the matches would read all of them.
 */
export const AuditPage = Type.Object(
  { records: Type.Array(AuditRecord), total: nullable(Count), next_cursor: NextCursor },
  { $id: 'AuditPage', additionalProperties: false },
);
export type AuditPage = Static<typeof AuditPage>;

/**
 * The result of a verification. `intact`: each hash and each column is correct, and the chain ends where it should. Records
 * before `verified_from` were verified earlier, up to a signed checkpoint; 0 means that all were verified now. `complete_to`: no
 * event of the workspace up to this seq is missing. `published_to`: the newest seq that Audit received from Todo. `first_broken`:
 * the first record that is not correct.
 */
export const AuditVerification = Type.Object(
  {
    intact: Type.Boolean(),
    records: Count,
    verified_from: Count,
    head_hash: Sha256Hex,
    complete_to: Count,
    published_to: Count,
    missing: Type.Array(Type.Object({ from: Count, to: Count }), {
      description: 'the gaps in seq, at most 100',
    }),
    first_broken: Type.Union([
      Type.Object({ position: Count, id: Uuid, reason: Type.String() }),
      Type.Null(),
    ]),
  },
  {
    $id: 'AuditVerification',
    additionalProperties: false,
    examples: [
      {
        intact: true,
        records: 42,
        verified_from: 0,
        head_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        complete_to: 42,
        published_to: 42,
        missing: [],
        first_broken: null,
      },
    ],
  },
);
export type AuditVerification = Static<typeof AuditVerification>;
