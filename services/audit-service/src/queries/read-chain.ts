import { sql } from 'kysely';
import type { ChainedRecord } from '../domain/chain.ts';
import type { AuditContext } from '../context.ts';

const pageSize = 5_000;

/** Reads a workspace's records in the order of the chain, page by page, so that memory use stays constant. */
export async function* readChain(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
): AsyncGenerator<ChainedRecord[]> {
  for (let after = 0; ;) {
    const { rows } = await sql<ChainedRecord>`
      SELECT position, seq, id, event, previous_hash, hash FROM audit_service.audit_records
      WHERE workspace_id = ${workspaceId} AND position > ${after} ORDER BY position LIMIT ${pageSize}`.execute(
      database,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.position ?? after;
  }
}

/** Reads the end of the chain from its head row; undefined for a workspace without records. */
export async function readHead(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
): Promise<{ position: number; hash: Buffer } | undefined> {
  return database
    .selectFrom('audit_service.chains')
    .select(['position', 'hash'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
}
