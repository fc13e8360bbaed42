import { sql, type Kysely } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Retention } from '@rondo/shared/workers/retention';
import type { Tables } from './tables.ts';

type OldestOfWorkspace = { workspace_id: string; occurred_at: string | null };

const workspacesPerPage = 1_000;

/**
 * Prunes events, one workspace after the other. Only whole prefixes go: a workspace's feed has no gap after `pruned_seq`,
 * and unpublished events stay with all that follow. The primary key finds everything, so `events` needs no index by time.
 */
export function pruneEvents(database: Kysely<Tables>): Pick<Retention, 'deleteBatch' | 'oldest'> {
  let lastRead = lowestUuid;
  let expired: string[] = [];

  /** The next workspace whose oldest event has expired; undefined after the last one. */
  async function nextExpired(before: string): Promise<string | undefined> {
    while (expired.length === 0) {
      const page = await oldestOfEach(database, lastRead);
      const last = page.at(-1);
      lastRead = last?.workspace_id ?? lowestUuid;
      if (!last) return undefined;
      expired = page
        .filter(({ occurred_at }) => occurred_at !== null && occurred_at < before)
        .map(({ workspace_id }) => workspace_id);
    }
    return expired[0];
  }

  return {
    async deleteBatch(before, limit) {
      for (;;) {
        const workspaceId = await nextExpired(before);
        if (workspaceId === undefined) return 0;
        const pruned = await pruneWorkspace(database, workspaceId, { before, limit });
        if (pruned < limit) expired.shift();
        if (pruned > 0) return pruned;
      }
    },
    async oldest() {
      let oldest: string | null = null;
      for (let after = lowestUuid; ;) {
        const page = await oldestOfEach(database, after);
        for (const { occurred_at: at } of page)
          if (at !== null && (oldest === null || at < oldest)) oldest = at;
        const last = page.at(-1);
        if (!last) return oldest;
        after = last.workspace_id;
      }
    },
  };
}

async function oldestOfEach(database: Kysely<Tables>, after: string): Promise<OldestOfWorkspace[]> {
  const { rows } = await sql<OldestOfWorkspace>`${sql.raw(plannedEachTime)}
    SELECT workspace.id AS workspace_id, oldest.occurred_at
    FROM (
      SELECT id FROM todo_service.workspaces WHERE id > ${after} ORDER BY id LIMIT ${workspacesPerPage}
    ) workspace LEFT JOIN LATERAL (
      SELECT occurred_at FROM todo_service.events WHERE workspace_id = workspace.id ORDER BY seq LIMIT 1
    ) oldest ON true
    ORDER BY workspace.id`.execute(database);
  return rows;
}

/** The head of the workspace is locked last, so that its commands wait as briefly as possible. */
async function pruneWorkspace(
  database: Kysely<Tables>,
  workspaceId: string,
  { before, limit }: { before: string; limit: number },
): Promise<number> {
  return database.transaction().execute(async (trx) => {
    const { rows } = await sql<{ up_to: number | null }>`${sql.raw(plannedEachTime)}
      WITH first AS MATERIALIZED (
        SELECT seq, occurred_at FROM todo_service.events WHERE workspace_id = ${workspaceId} ORDER BY seq LIMIT ${limit}
      ), kept AS (
        SELECT min(seq) AS seq FROM first WHERE occurred_at >= ${before}
      ), waiting AS (
        SELECT min(seq) AS seq FROM todo_service.outbox WHERE workspace_id = ${workspaceId}
      )
      SELECT max(first.seq) AS up_to FROM first, kept, waiting
      WHERE first.seq < least(coalesce(kept.seq, first.seq + 1), coalesce(waiting.seq, first.seq + 1))`.execute(
      trx,
    );
    const upTo = rows[0]?.up_to ?? null;
    if (upTo === null) return 0;
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM todo_service.events WHERE workspace_id = ${workspaceId} AND seq <= ${upTo}`.execute(trx);
    await sql`
      UPDATE todo_service.workspaces SET pruned_seq = greatest(pruned_seq, ${upTo}) WHERE id = ${workspaceId}`.execute(
      trx,
    );
    return Number(numAffectedRows);
  });
}
