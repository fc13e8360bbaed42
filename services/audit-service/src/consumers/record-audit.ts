import { sql, type Transaction } from 'kysely';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { textColumn } from '@rondo/postgres/text-column';
import type { AuditContext } from '../context.ts';
import { genesis, hashOf } from '../domain/chain.ts';
import type { RecordRow, Tables } from '../store/tables.ts';

type Head = { position: number; hash: Buffer };

/**
 * Appends events to the chains of their workspaces, in the order of their arrival, in the given transaction. It locks the
 * heads in the order of their ids, so that two replicas extend a chain one after the other.
 */
export async function recordAudit(
  { clock }: Pick<AuditContext, 'clock'>,
  events: TaskEvent[],
  trx: Transaction<Tables>,
): Promise<void> {
  const recordedAt = clock.now().toISOString();
  const heads = await lockHeads(trx, [...new Set(events.map(({ workspace_id }) => workspace_id))].toSorted());
  const records = events.map((event) => extend(heads, event, recordedAt));
  await insertRecords(trx, records, heads);
}

async function lockHeads(trx: Transaction<Tables>, workspaceIds: string[]): Promise<Map<string, Head>> {
  const lock = async () => {
    const { rows } = await sql<Head & { workspace_id: string }>`
      SELECT workspace_id, position, hash FROM audit_service.chains
      WHERE workspace_id = ANY (${workspaceIds}::uuid[]) ORDER BY workspace_id FOR UPDATE`.execute(trx);
    return rows;
  };
  let rows = await lock();
  if (rows.length < workspaceIds.length) {
    await sql`
      INSERT INTO audit_service.chains (workspace_id) SELECT unnest(${workspaceIds}::uuid[])
      ON CONFLICT (workspace_id) DO NOTHING`.execute(trx);
    rows = await lock();
  }
  return new Map(rows.map(({ workspace_id, position, hash }) => [workspace_id, { position, hash }]));
}

function extend(heads: Map<string, Head>, event: TaskEvent, recordedAt: string): RecordRow {
  const { workspace_id, event_id: id, seq } = event;
  const head = heads.get(workspace_id) ?? { position: 0, hash: genesis };
  const text = JSON.stringify(event);
  const hash = hashOf(head.hash, { seq, id, event: text });
  const position = head.position + 1;
  heads.set(workspace_id, { position, hash });
  return {
    workspace_id,
    position,
    id,
    seq,
    event_type: event.event_type,
    task_id: event.task_id,
    version: event.version,
    actor_id: event.actor.user_id,
    actor_source: event.actor.source,
    occurred_at: event.timestamp,
    recorded_at: recordedAt,
    event: text,
    previous_hash: head.hash,
    hash,
  };
}

/** Inserts the records and moves the heads of their chains, in one statement. */
async function insertRecords(
  trx: Transaction<Tables>,
  records: RecordRow[],
  heads: Map<string, Head>,
): Promise<void> {
  const events = textColumn(records.map(({ event }) => event));
  const small = records.map(({ event: _event, previous_hash: previous, hash, ...columns }, n) => ({
    ...columns,
    previous_hash: previous.toString('hex'),
    hash: hash.toString('hex'),
    start: events.starts[n],
    length: events.lengths[n],
  }));
  const moved = [...heads].map(([workspace_id, { position, hash }]) => ({
    workspace_id,
    position,
    hash: hash.toString('hex'),
  }));
  await sql`
    WITH moved AS (
      UPDATE audit_service.chains chain SET position = given.position, hash = decode(given.hash, 'hex')
      FROM json_to_recordset(${JSON.stringify(moved)}::json) AS given (workspace_id uuid, position bigint, hash text)
      WHERE chain.workspace_id = given.workspace_id
    )
    INSERT INTO audit_service.audit_records (workspace_id, position, id, seq, event_type, task_id, version, actor_id,
                                             actor_source, occurred_at, recorded_at, event, previous_hash, hash)
    SELECT workspace_id, position, id, seq, event_type, task_id, version, actor_id, actor_source, occurred_at, recorded_at,
           convert_from(substring(${events.bytes}::bytea FROM start FOR length), 'UTF8'), decode(previous_hash, 'hex'),
           decode(hash, 'hex')
    FROM json_to_recordset(${JSON.stringify(small)}::json) AS given (
      workspace_id uuid, position bigint, id uuid, seq bigint, event_type text, task_id uuid, version bigint, actor_id uuid,
      actor_source text, occurred_at timestamptz, recorded_at timestamptz, previous_hash text, hash text, start int,
      length int
    )`.execute(trx);
}
