import { sql } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { AuditContext } from '../context.ts';

/** The number of chains that one statement looks at. */
const pageSize = 5_000;

/** Finds the chains whose end has no checkpoint, page by page. */
export async function* findUnsignedChains({
  database,
}: Pick<AuditContext, 'database'>): AsyncGenerator<string[]> {
  let after = lowestUuid;
  for (;;) {
    const { rows } = await sql<{ workspace_id: string; is_unsigned: boolean }>`${sql.raw(plannedEachTime)}
      SELECT chain.workspace_id, chain.position > coalesce((
        SELECT max(made.position) FROM audit_service.checkpoints AS made
        WHERE made.workspace_id = chain.workspace_id
      ), 0) AS is_unsigned
      FROM audit_service.chains AS chain
      WHERE chain.workspace_id > ${after} ORDER BY chain.workspace_id LIMIT ${pageSize}`.execute(database);
    const last = rows.at(-1);
    if (!last) return;
    yield rows.filter(({ is_unsigned: isUnsigned }) => isUnsigned).map(({ workspace_id: id }) => id);
    after = last.workspace_id;
  }
}
