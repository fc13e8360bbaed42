import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { ActorSource } from '@rondo/shared/contracts/actor';
import type { AuditPage, AuditRecord } from '@rondo/shared/contracts/audit-record';
import { Count, DateTime, Uuid } from '@rondo/shared/contracts/scalars';
import { TaskEventType, type TaskEvent } from '@rondo/shared/contracts/task-event';
import type { AuditContext } from '../context.ts';
import type { RecordRow } from '../store/tables.ts';

export const RecordFilter = Type.Object(
  {
    task_id: Type.Optional(Uuid),
    event_type: Type.Optional(TaskEventType),
    actor: Type.Optional(Uuid),
    source: Type.Optional(ActorSource),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    cursor: Type.Optional(Count),
  },
  { additionalProperties: false },
);
export type RecordFilter = Static<typeof RecordFilter>;

/** A page of a workspace's records, the last recorded first. The next page begins below the cursor's position. */
export async function listRecords(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  filter: RecordFilter,
): Promise<AuditPage> {
  const matching = sql.join(conditions(workspaceId, filter), sql` AND `);
  const { rows } = await sql<RecordRow>`
    SELECT * FROM audit_service.audit_records
    WHERE ${matching} AND position < ${filter.cursor ?? Number.MAX_SAFE_INTEGER}
    ORDER BY position DESC LIMIT ${filter.limit} OFFSET ${filter.cursor === undefined ? filter.offset : 0}`.execute(
    database,
  );
  const counted = await sql<{
    total: number;
  }>`SELECT count(*) AS total FROM audit_service.audit_records WHERE ${matching}`.execute(database);
  const last = rows.length === filter.limit ? rows.at(-1) : undefined;
  return {
    records: rows.map((row) => toAuditRecord(row)),
    total: counted.rows[0]?.total ?? 0,
    next_cursor: last ? String(last.position) : null,
  };
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

function conditions(
  workspaceId: string,
  { task_id: task, event_type: type, actor, source, from, to }: RecordFilter,
) {
  return [
    sql`workspace_id = ${workspaceId}`,
    ...(task === undefined ? [] : [sql`task_id = ${task}`]),
    ...(type === undefined ? [] : [sql`event_type = ${type}`]),
    ...(actor === undefined ? [] : [sql`actor_id = ${actor}`]),
    ...(source === undefined ? [] : [sql`actor_source = ${source}`]),
    ...(from === undefined ? [] : [sql`occurred_at >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`occurred_at < ${to}::timestamptz`]),
  ];
}

function toAuditRecord(row: RecordRow): AuditRecord {
  const { actor_id: _actorId, actor_source: _source, occurred_at, event, previous_hash, hash, ...same } = row;
  const { changed, payload, event_type, actor } = JSON.parse(event) as TaskEvent;
  return {
    ...same,
    event_type,
    actor,
    timestamp: occurred_at,
    changed,
    payload,
    previous_hash: previous_hash.toString('hex'),
    hash: hash.toString('hex'),
  };
}
