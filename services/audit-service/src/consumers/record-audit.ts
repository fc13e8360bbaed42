import { sql, type Transaction } from 'kysely';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { genesis, hashOf } from '../chain.ts';
import type { RecordRow, Tables } from '../tables.ts';

type Head = { position: number; hash: Buffer };

/**
 * Appends events to the chains of their workspaces, in the order of their arrival, in the given transaction. The heads
 * are locked in the order of their ids, so that two replicas extend a chain one after the other.
 */
export async function recordAudit(events: TaskEvent[], trx: Transaction<Tables>, now: Date): Promise<void> {
  const heads = await lockHeads(trx, [...new Set(events.map(({ workspace_id }) => workspace_id))].toSorted());
  const records = events.map((event) => extend(heads, event, now.toISOString()));
  await insertRecords(trx, records);
  await moveHeads(trx, heads);
}

async function lockHeads(trx: Transaction<Tables>, workspaceIds: string[]): Promise<Map<string, Head>> {
  await sql`
    INSERT INTO audit_service.chains (workspace_id) SELECT unnest(${workspaceIds}::uuid[])
    ON CONFLICT (workspace_id) DO NOTHING`.execute(trx);
  const { rows } = await sql<Head & { workspace_id: string }>`
    SELECT workspace_id, position, hash FROM audit_service.chains
    WHERE workspace_id = ANY (${workspaceIds}::uuid[]) ORDER BY workspace_id FOR UPDATE`.execute(trx);
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

async function insertRecords(trx: Transaction<Tables>, records: RecordRow[]): Promise<void> {
  const column = <Name extends keyof RecordRow>(name: Name) => records.map((record) => record[name]);
  await sql`
    INSERT INTO audit_service.audit_records (workspace_id, position, id, seq, event_type, task_id, version, actor_id,
                                             actor_source, occurred_at, recorded_at, event, previous_hash, hash)
    SELECT * FROM unnest(
      ${column('workspace_id')}::uuid[], ${column('position')}::bigint[], ${column('id')}::uuid[], ${column('seq')}::bigint[],
      ${column('event_type')}::text[], ${column('task_id')}::uuid[], ${column('version')}::bigint[], ${column('actor_id')}::uuid[],
      ${column('actor_source')}::text[], ${column('occurred_at')}::timestamptz[], ${column('recorded_at')}::timestamptz[],
      ${column('event')}::text[], ${column('previous_hash')}::bytea[], ${column('hash')}::bytea[])`.execute(
    trx,
  );
}

async function moveHeads(trx: Transaction<Tables>, heads: Map<string, Head>): Promise<void> {
  const entries = [...heads];
  await sql`
    UPDATE audit_service.chains chain SET position = moved.position, hash = moved.hash
    FROM unnest(${entries.map(([id]) => id)}::uuid[], ${entries.map(([, { position }]) => position)}::bigint[],
                ${entries.map(([, { hash }]) => hash)}::bytea[]) AS moved (workspace_id, position, hash)
    WHERE chain.workspace_id = moved.workspace_id`.execute(trx);
}
