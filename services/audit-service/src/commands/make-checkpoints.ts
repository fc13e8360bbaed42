import { sql } from 'kysely';
import { checkpointSignedType, type AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { topics } from '@rondo/shared/contracts/topics';
import { plannedEachTime } from '@rondo/shared/database/database';
import { enqueueMessages, type OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import type { AuditContext } from '../context.ts';
import { schema } from '../store/tables.ts';

type GrownChain = { workspace_id: string; position: number; hash: Buffer; seq: number };

/**
 * Signs the ends of those of the chains that grew since their newest checkpoint. It signs what the transaction that added the
 * last record left, without reading the records: the hash commits to them. If two replicas sign the same end, the first
 * signature is kept. What is kept is published as well, by the outbox.
 */
export async function makeCheckpoints(
  { database, clock, checkpoints: { keys } }: Pick<AuditContext, 'database' | 'clock' | 'checkpoints'>,
  workspaceIds: string[],
): Promise<void> {
  const { rows: grown } = await sql<GrownChain>`${sql.raw(plannedEachTime)}
    SELECT chain.workspace_id, chain.position, chain.hash, newest.seq
    FROM audit_service.chains AS chain
    CROSS JOIN LATERAL (
      SELECT record.seq FROM audit_service.audit_records AS record
      WHERE record.workspace_id = chain.workspace_id ORDER BY record.seq DESC LIMIT 1
    ) AS newest
    WHERE chain.workspace_id = ANY (${workspaceIds}::uuid[]) AND chain.position > coalesce((
      SELECT max(made.position) FROM audit_service.checkpoints AS made
      WHERE made.workspace_id = chain.workspace_id
    ), 0)`.execute(database);
  if (grown.length === 0) return;
  const createdAt = clock.now().toISOString();
  const signed = grown.map(({ hash, ...end }) =>
    keys.sign({ ...end, hash: hash.toString('hex'), created_at: createdAt }),
  );
  const rows = signed.map(({ signature, ...checkpoint }) => ({
    ...checkpoint,
    signature: Buffer.from(signature, 'base64url').toString('hex'),
  }));
  await database.transaction().execute(async (trx) => {
    const { rows: kept } = await sql<{ workspace_id: string }>`
      INSERT INTO audit_service.checkpoints (workspace_id, position, seq, hash, created_at, key_id, signature)
      SELECT workspace_id, position, seq, decode(hash, 'hex'), created_at, key_id, decode(signature, 'hex')
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given (
        workspace_id uuid, position bigint, seq bigint, hash text, created_at timestamptz, key_id text, signature text
      )
      ON CONFLICT (workspace_id, position) DO NOTHING RETURNING workspace_id`.execute(trx);
    const isKept = new Set(kept.map(({ workspace_id: id }) => id));
    const messages = signed.filter(({ workspace_id: id }) => isKept.has(id)).map((one) => messageOf(one));
    await enqueueMessages(trx, schema, messages);
  });
}

function messageOf(checkpoint: AuditCheckpoint): OutgoingMessage {
  const { workspace_id, position } = checkpoint;
  return {
    workspace_id,
    event_id: uuidOfName(workspace_id, `checkpoint ${position}`),
    topic: topics.auditCheckpoints,
    type: checkpointSignedType,
    body: JSON.stringify(checkpoint),
    traceparent: null,
  };
}
