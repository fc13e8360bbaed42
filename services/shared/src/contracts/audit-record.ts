import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { Count, DateTime, NextCursor, Uuid } from './scalars.ts';
import { exampleTask } from './task-example.ts';
import { Actor } from './actor.ts';
import { TaskEventType } from './task-event.ts';

const Sha256Hex = Type.String({
  pattern: '^[0-9a-f]{64}$',
  'x-words': 'SHA-256 in lower-case hexadecimal',
  examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
});

/**
 * An event as Audit stores it; `id` is the event's id. The records of a workspace form a chain in the order in which they
 * arrived (`position` 1, 2, 3 …). `hash` is SHA-256 over the previous hash (32 bytes, zeros for the first record), `seq`
 * (8 bytes, big endian), `event_id` (16 bytes) and the stored bytes of `event` (UTF-8).
 */
export const AuditRecord = Type.Object(
  {
    id: Uuid,
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
  },
  {
    $id: 'AuditRecord',
    additionalProperties: false,
    examples: [
      {
        id: exampleIds.event,
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
      },
    ],
  },
);
export type AuditRecord = Static<typeof AuditRecord>;

/** Answer of `GET /api/v1/audit`. `total` counts all records that match. */
export const AuditPage = Type.Object(
  { records: Type.Array(AuditRecord), total: Count, next_cursor: NextCursor },
  { $id: 'AuditPage', additionalProperties: false },
);
export type AuditPage = Static<typeof AuditPage>;

/**
 * The result of a verification. `intact`: each hash is correct and follows from the one before. `complete_to`: no event of the
 * workspace up to this seq is missing. `first_broken`: the first record that is not correct.
 */
export const AuditVerification = Type.Object(
  {
    intact: Type.Boolean(),
    records: Count,
    head_hash: Sha256Hex,
    complete_to: Count,
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
        head_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        complete_to: 42,
        missing: [],
        first_broken: null,
      },
    ],
  },
);
export type AuditVerification = Static<typeof AuditVerification>;
