import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { ActorSource } from '@rondo/shared/contracts/actor';
import type { AuditPage, AuditRecord } from '@rondo/shared/contracts/audit-record';
import { Count, DateTime, PageLimit, PageOffset, Uuid } from '@rondo/shared/contracts/scalars';
import { taskEventSource, TaskEventType, type TaskEvent } from '@rondo/shared/contracts/task-event';
import { TaskReferenceWithoutExample } from '@rondo/shared/contracts/task-reference';
import { plannedEachTime } from '@rondo/shared/database/database';
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

/** How many records a page reads at most: matches may be rare, and an audit has no end. */
const maxRead = 5_000;

/** `found`: how many records match up to the limit. `reached`: the last one that was read, if they were as many as a page reads. */
type PageRow = { reached: number | null } & (
  | (RecordRow & { found: number; bytes_before: number })
  | { position: null }
);

/**
 * A page of a workspace's records, the last recorded first. The next page begins below the cursor's position. It reads at most 5,000
 * records, so with a filter it may have fewer than `limit`, or none, and still a next cursor. A filter by task reads that task's only.
 */
export async function listRecords(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  filter: RecordFilter,
): Promise<AuditPage> {
  const { task_id: task, limit, offset, cursor } = filter;
  const conditions = conditionsOf(filter);
  const isFiltered = task !== undefined || conditions.length > 0;
  const total = isFiltered ? null : await countRecords({ database }, workspaceId);
  // Positions have no gaps, so the records that are skipped need not be read.
  const before = cursor ?? (total === null || offset === 0 ? Number.MAX_SAFE_INTEGER : total + 1 - offset);
  const read = sql`
    FROM audit_service.audit_records
    WHERE workspace_id = ${workspaceId} AND position < ${before}
      ${task === undefined ? sql`` : sql`AND task_id = ${idOfTask(workspaceId, task)}`}
    ORDER BY position DESC`;
  const reached = isFiltered
    ? sql`(SELECT position ${read} OFFSET ${maxRead - 1} LIMIT 1)`
    : sql`NULL::bigint`;
  const { rows } = await sql<PageRow>`${sql.raw(plannedEachTime)}
    SELECT reading.reached, page.* FROM (SELECT ${reached} AS reached) AS reading LEFT JOIN (
      SELECT *, count(*) OVER () AS found,
             sum(octet_length(event)) OVER (ORDER BY position DESC) - octet_length(event) AS bytes_before
      FROM (
        SELECT * FROM (SELECT * ${read} LIMIT ${maxRead}) AS record
        WHERE ${sql.join([sql`true`, ...conditions], sql` AND `)}
        ORDER BY position DESC LIMIT ${limit} OFFSET ${isFiltered && cursor === undefined ? offset : 0}
      ) AS match
    ) AS page ON bytes_before < ${pageBytes} ORDER BY position DESC`.execute(database);
  const records = rows.filter((row) => row.position !== null);
  const last = records.at(-1);
  const isFull = last !== undefined && (last.found === limit || last.found > records.length);
  const next = isFull ? last.position : rows[0]?.reached;
  return {
    records: records.map((row) => toAuditRecord(row)),
    total,
    next_cursor: typeof next === 'number' ? String(next) : null,
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

/** What a record has to be, beside one of its task. */
function conditionsOf({ event_type: type, actor, source, from, to }: RecordFilter) {
  return [
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
