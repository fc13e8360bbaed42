import type { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { sql } from 'kysely';
import type { AuditContext } from '../context.ts';
import { genesis } from '../domain/chain.ts';
import { listCheckpoints } from './read-checkpoints.ts';

/** Where a chain ends by what is kept beside it. */
export type ChainEnd = {
  /** Of the last record, as the head of the chain has it. 0 and zeros for a workspace without records. */
  position: number;
  hash: Buffer;
  /** The newest seq that Todo published, as far as Audit received it. */
  publishedSeq: number;
  newestCheckpoint: AuditCheckpoint | undefined;
};

export async function readChainEnd(
  ctx: Pick<AuditContext, 'database'>,
  workspaceId: string,
): Promise<ChainEnd> {
  // Read before the head: a checkpoint that is made meanwhile could be after it.
  const { checkpoints } = await listCheckpoints(ctx, workspaceId, { limit: 1 });
  const { rows } = await sql<{ position: number | null; hash: Buffer | null; seq: number | null }>`
    SELECT chain.position, chain.hash, published.seq
    FROM (VALUES (${workspaceId}::uuid)) AS wanted (workspace_id)
    LEFT JOIN audit_service.chains AS chain USING (workspace_id)
    LEFT JOIN audit_service.published_seqs AS published USING (workspace_id)`.execute(ctx.database);
  const [end] = rows;
  return {
    position: end?.position ?? 0,
    hash: end?.hash ?? genesis,
    publishedSeq: end?.seq ?? 0,
    newestCheckpoint: checkpoints[0],
  };
}
