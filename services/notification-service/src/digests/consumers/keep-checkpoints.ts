import { sql, type Transaction } from 'kysely';
import { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { NotificationContext } from '../../context.ts';
import type { Tables } from '../../store/tables.ts';

/** Keeps the newest audit checkpoint of each workspace. A digest reads it once a day, so they may come in few large deliveries. */
export const checkpointConsumer = consume({
  topic: topics.auditCheckpoints,
  event: AuditCheckpoint,
  bulk: { maxAwaitMs: 500 },
  knownBy: 'effect',
  countsStale: true,
  handle: async (_ctx: NotificationContext, checkpoints, trx: Transaction<Tables>) => ({
    stale: await keepCheckpoints(checkpoints, trx),
  }),
});

/**
 * Keeps checkpoints, in the given transaction. They may come in any order: the highest position wins.
 * @returns how many were not newer than what was kept
 */
async function keepCheckpoints(checkpoints: AuditCheckpoint[], trx: Transaction<Tables>): Promise<number> {
  const given = checkpoints.map((checkpoint) => {
    const { workspace_id, position } = checkpoint;
    return { workspace_id, position, checkpoint };
  });
  // Sorted by workspace, so that concurrent deliveries lock rows in the same order.
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO notification_service.audit_checkpoints AS kept (workspace_id, position, checkpoint)
    SELECT DISTINCT ON (workspace_id) workspace_id, position, checkpoint
    FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (workspace_id uuid, position bigint, checkpoint json)
    ORDER BY workspace_id, position DESC
    ON CONFLICT (workspace_id) DO UPDATE SET position = excluded.position, checkpoint = excluded.checkpoint
    WHERE kept.position < excluded.position`.execute(trx);
  return checkpoints.length - Number(numAffectedRows);
}
