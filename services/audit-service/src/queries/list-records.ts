import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { ActorSource } from '@rondo/shared/contracts/actor';
import type { AuditPage, AuditRecord } from '@rondo/shared/contracts/audit-record';
import { Count, DateTime, PageLimit, PageOffset, Uuid } from '@rondo/shared/contracts/scalars';
import { taskEventSource, TaskEventType, type TaskEvent } from '@rondo/shared/contracts/task-event';
import { TaskReferenceWithoutExample } from '@rondo/shared/contracts/task-reference';
import type { AuditContext } from '../context.ts';
import { idOfTask } from '../store/id-of-task.ts';
import type { RecordRow } from '../store/tables.ts';

export const RecordFilter = Type.Object(
  {
    task_id: Type.Optional(TaskReferenceWithoutExample),
    event_type: Type.Optional(TaskEventType),
    actor: Type.Optional(Uuid),
    source: Type.Optional(ActorSource),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
    limit: PageLimit,
    offset: PageOffset,
    cursor: Type.Optional(Count),
  },
  { additionalProperties: false },
);
export type RecordFilter = Static<typeof RecordFilter>;

/** A page ends at its number of rows, or at this number of bytes of their events. It has at least one row. */
const pageBytes = 1024 * 1024;

/** A page of a workspace's records, the last recorded first. The next page begins below the cursor's position. */
export async function listRecords(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  filter: RecordFilter,
): Promise<AuditPage> {
  const conditions = conditionsOf(workspaceId, filter);
  const { rows } = await sql<RecordRow & { bytes_before: number; found: number }>`
    SELECT * FROM (
      SELECT *, count(*) OVER () AS found,
             sum(octet_length(event)) OVER (ORDER BY position DESC) - octet_length(event) AS bytes_before
      FROM (
        SELECT * FROM audit_service.audit_records
        WHERE ${sql.join([sql`workspace_id = ${workspaceId}`, ...conditions], sql` AND `)}
          AND position < ${filter.cursor ?? Number.MAX_SAFE_INTEGER}
        ORDER BY position DESC LIMIT ${filter.limit} OFFSET ${filter.cursor === undefined ? filter.offset : 0}
      ) AS record
    ) AS page
    WHERE bytes_before < ${pageBytes} ORDER BY position DESC`.execute(database);
  const last = rows.at(-1);
  const hasMore = last !== undefined && (last.found === filter.limit || last.found > rows.length);
  return {
    records: rows.map((row) => toAuditRecord(row)),
    total: conditions.length > 0 ? null : await countRecords({ database }, workspaceId),
    next_cursor: hasMore ? String(last.position) : null,
  };
}

/** The number of a workspace's records: the position of the last one. */
async function countRecords(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
): Promise<number> {
  const chain = await database
    .selectFrom('audit_service.chains')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return chain?.position ?? 0;
}

/** Finds a record of a workspace by its id, which is its event's id. */
export async function findRecord(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<AuditRecord | undefined> {
  const row = await database
    .selectFrom('audit_service.audit_records')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row && toAuditRecord(row);
}

function conditionsOf(
  workspaceId: string,
  { task_id: task, event_type: type, actor, source, from, to }: RecordFilter,
) {
  return [
    ...(task === undefined ? [] : [sql`task_id = ${idOfTask(workspaceId, task)}`]),
    ...(type === undefined ? [] : [sql`event_type = ${type}`]),
    ...(actor === undefined ? [] : [sql`actor_id = ${actor}`]),
    ...(source === undefined ? [] : [sql`actor_source = ${source}`]),
    ...(from === undefined ? [] : [sql`occurred_at >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`occurred_at < ${to}::timestamptz`]),
  ];
}

/** Shows the record. What its event says is read from the event, which the hash covers, and not from the columns. */
function toAuditRecord(row: RecordRow): AuditRecord {
  const { workspace_id, position, recorded_at, previous_hash, hash, hash_version } = row;
  const event = JSON.parse(row.event) as TaskEvent;
  return {
    id: event.event_id,
    event_id: event.event_id,
    source_service: taskEventSource,
    workspace_id,
    position,
    seq: event.seq,
    event_type: event.event_type,
    task_id: event.task_id,
    version: event.version,
    actor: event.actor,
    timestamp: event.timestamp,
    recorded_at,
    changed: event.changed,
    payload: event.payload,
    previous_hash: previous_hash.toString('hex'),
    hash: hash.toString('hex'),
    hash_version,
  };
}
