import { Type, type Static } from 'typebox';
import { Count, DateTime, Uuid } from './scalars.ts';
import { Actor } from './actor.ts';
import { TaskEventType } from './task-event.ts';

const Sha256Hex = Type.String({
  pattern: '^[0-9a-f]{64}$',
  'x-words': 'SHA-256 in lower-case hexadecimal',
  examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
});

/**
 * One event as Audit keeps it. Records of a workspace form a chain in the order of their arrival (`position`
 * 1, 2, 3 …): `hash` is SHA-256 over the previous hash (32 bytes, zeros for the first), `seq` (8 bytes, big
 * endian), `event_id` (16 bytes) and the stored bytes of `event` (UTF-8). `id` is the event's id.
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
  { $id: 'AuditRecord', additionalProperties: false },
);
export type AuditRecord = Static<typeof AuditRecord>;

/** Answer of `GET /api/v1/audit`. `total` counts all that match, `next_cursor` continues after the last one. */
export const AuditPage = Type.Object(
  { records: Type.Array(AuditRecord), total: Count, next_cursor: Type.Union([Type.String(), Type.Null()]) },
  { $id: 'AuditPage', additionalProperties: false },
);
export type AuditPage = Static<typeof AuditPage>;

/**
 * What a verification found. `intact`: every hash recomputes and follows the one before. `complete_to`: the
 * highest seq up to which no event of the workspace is missing. `first_broken` names the first bad record.
 */
export const AuditVerification = Type.Object(
  {
    intact: Type.Boolean(),
    records: Count,
    head_hash: Sha256Hex,
    complete_to: Count,
    missing: Type.Array(Type.Object({ from: Count, to: Count }), { description: 'gaps in seq, at most 100' }),
    first_broken: Type.Union([
      Type.Object({ position: Count, id: Uuid, reason: Type.String() }),
      Type.Null(),
    ]),
  },
  { $id: 'AuditVerification', additionalProperties: false },
);
export type AuditVerification = Static<typeof AuditVerification>;
