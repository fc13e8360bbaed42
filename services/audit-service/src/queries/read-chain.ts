import { sql } from 'kysely';
import type { AuditContext } from '../context.ts';
import type { RecordRow } from '../store/tables.ts';

/** A page ends at this number of rows, or at this number of bytes of their events. */
const pageRows = 500;
const pageBytes = 1024 * 1024;

/**
 * Reads a workspace's records after a position in the order of the chain, page by page. The next page is read when the reader
 * asks for it, and no connection is held meanwhile. Only the record that ends a page can exceed its bytes.
 */
export async function* readChain(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  { after = 0, upTo = Number.MAX_SAFE_INTEGER }: { after?: number; upTo?: number } = {},
): AsyncGenerator<RecordRow[]> {
  for (let last = after; ;) {
    const { rows } = await sql<RecordRow & { bytes_before: number }>`
      SELECT * FROM (
        SELECT *, sum(octet_length(event)) OVER (ORDER BY position) - octet_length(event) AS bytes_before
        FROM (
          SELECT * FROM audit_service.audit_records
          WHERE workspace_id = ${workspaceId} AND position > ${last} AND position <= ${upTo}
          ORDER BY position LIMIT ${pageRows}
        ) AS record
      ) AS page
      WHERE bytes_before < ${pageBytes} ORDER BY position`.execute(database);
    const end = rows.at(-1);
    if (!end) return;
    yield rows;
    last = end.position;
  }
}

/** Reads the seqs of the records up to a position, in ascending order, page by page. */
export async function* readSeqs(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  upTo: number,
): AsyncGenerator<number[]> {
  const seqsAtOnce = 10_000;
  for (let last = 0; ;) {
    const { rows } = await sql<{ seq: number }>`
      SELECT seq FROM audit_service.audit_records
      WHERE workspace_id = ${workspaceId} AND seq > ${last} AND position <= ${upTo}
      ORDER BY seq LIMIT ${seqsAtOnce}`.execute(database);
    const seqs = rows.map(({ seq }) => seq);
    if (seqs.length > 0) yield seqs;
    if (seqs.length < seqsAtOnce) return;
    last = seqs.at(-1) ?? last;
  }
}
