import { sql, type Transaction } from 'kysely';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import type { HandlingContext } from '@rondo/shared/messaging/consumer';
import type { Handled } from '@rondo/shared/messaging/declare-consumer';
import { logEffects } from '@rondo/shared/observability/log-effects';
import { textColumn } from '@rondo/postgres/text-column';
import type { AuditContext } from '../context.ts';
import { chainStart, hashOf, newestHashVersion, type ChainPlace } from '../domain/chain.ts';
import { eventColumnsOf } from '../domain/event-columns.ts';
import type { RecordRow, Tables } from '../store/tables.ts';

/** What of the context a recording needs. */
export type Recording = Pick<AuditContext, 'clock' | 'log'> & {
  checkpoints: Pick<AuditContext['checkpoints'], 'growth'>;
};

/**
 * Appends events to the chains of their workspaces, in the order of their arrival, in the given transaction. It locks the
 * heads in the order of their ids, so that two replicas extend a chain one after the other. Under that lock, an event with a record is
 * a duplicate: records are kept forever.
 */
export async function recordAudit(
  { clock, log, checkpoints: { growth } }: Recording,
  events: TaskEvent[],
  trx: Transaction<Tables>,
  { passOver }: Pick<HandlingContext, 'passOver'>,
): Promise<Handled> {
  const recordedAt = clock.now().toISOString();
  const heads = await lockHeads(trx, [...new Set(events.map(({ workspace_id }) => workspace_id))].toSorted());
  const recorded = await recordedOf(trx, events);
  const fresh = events.filter(({ event_id: id }) => !recorded.has(id));
  const records = fresh.map((event) => extend(heads, event, recordedAt));
  if (records.length > 0) await insertRecords(trx, records, heads);
  return {
    afterCommit() {
      passOver(events.length - fresh.length);
      for (const { workspace_id: workspaceId } of records) growth.add(workspaceId);
      logEffects(
        log,
        'event processed',
        fresh.map(({ event_id, workspace_id, task_id }) => ({ event_id, workspace_id, task_id })),
        { topic: topics.taskEvents },
      );
    },
  };
}

async function recordedOf(trx: Transaction<Tables>, events: TaskEvent[]): Promise<Set<string>> {
  const ids = events.map(({ event_id: id }) => id);
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM audit_service.audit_records WHERE id = ANY (${ids}::uuid[])`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}

/** @returns the ends of the chains, each with the seq 0: the highest one of the delivery is all that is needed */
async function lockHeads(trx: Transaction<Tables>, workspaceIds: string[]): Promise<Map<string, ChainPlace>> {
  const lock = async () => {
    const { rows } = await sql<{ workspace_id: string; position: number; hash: Buffer }>`
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
  return new Map(rows.map(({ workspace_id, position, hash }) => [workspace_id, { position, hash, seq: 0 }]));
}

function extend(heads: Map<string, ChainPlace>, event: TaskEvent, recordedAt: string): RecordRow {
  const columns = eventColumnsOf(event);
  const { workspace_id, seq } = columns;
  const head = heads.get(workspace_id) ?? chainStart;
  const record = {
    ...columns,
    position: head.position + 1,
    recorded_at: recordedAt,
    event: JSON.stringify(event),
    previous_hash: head.hash,
    hash_version: newestHashVersion,
  };
  const hash = hashOf(head.hash, record);
  heads.set(workspace_id, { position: record.position, hash, seq: Math.max(head.seq, seq) });
  return { ...record, hash };
}

/** Inserts the records, moves the heads of their chains, and keeps the newest seq of each, in one statement. */
async function insertRecords(
  trx: Transaction<Tables>,
  records: RecordRow[],
  heads: Map<string, ChainPlace>,
): Promise<void> {
  const events = textColumn(records.map(({ event }) => event));
  const small = records.map(({ event: _event, previous_hash: previous, hash, ...columns }, n) => ({
    ...columns,
    previous_hash: previous.toString('hex'),
    hash: hash.toString('hex'),
    start: events.starts[n],
    length: events.lengths[n],
  }));
  const moved = [...heads].map(([workspace_id, { position, hash, seq }]) => ({
    workspace_id,
    position,
    hash: hash.toString('hex'),
    seq,
  }));
  await sql`
    WITH heads AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(moved)}::json) AS given (
        workspace_id uuid, position bigint, hash text, seq bigint
      )
    ), moved AS (
      UPDATE audit_service.chains chain SET position = heads.position, hash = decode(heads.hash, 'hex')
      FROM heads WHERE chain.workspace_id = heads.workspace_id
    ), published AS (
      INSERT INTO audit_service.published_seqs AS known (workspace_id, seq) SELECT workspace_id, seq FROM heads
      ON CONFLICT (workspace_id) DO UPDATE SET seq = greatest(known.seq, excluded.seq)
    )
    INSERT INTO audit_service.audit_records (workspace_id, position, id, seq, event_type, task_id, task_number, version,
                                             actor_id, actor_source, occurred_at, recorded_at, event, previous_hash, hash,
                                             hash_version)
    SELECT workspace_id, position, id, seq, event_type, task_id, task_number, version, actor_id, actor_source, occurred_at,
           recorded_at, convert_from(substring(${events.bytes}::bytea FROM start FOR length), 'UTF8'),
           decode(previous_hash, 'hex'), decode(hash, 'hex'), hash_version
    FROM json_to_recordset(${JSON.stringify(small)}::json) AS given (
      workspace_id uuid, position bigint, id uuid, seq bigint, event_type text, task_id uuid, task_number bigint,
      version bigint, actor_id uuid, actor_source text, occurred_at timestamptz, recorded_at timestamptz, previous_hash text,
      hash text, hash_version smallint, start int, length int
    )`.execute(trx);
}
