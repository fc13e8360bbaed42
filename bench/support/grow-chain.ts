import { openDatabase } from '@rondo/shared/database/database';
import { createLog } from '@rondo/shared/observability/log';
import { systemClock, uuid7Ids } from '@rondo/shared/clock';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { recordAudit, type Recording } from '../../services/audit-service/src/consumers/record-audit.ts';
import { createChainGrowth } from '../../services/audit-service/src/domain/chain-growth.ts';
import type { Tables } from '../../services/audit-service/src/store/tables.ts';
import { hostDatabaseUrl } from './database.ts';

const batch = 500;

/**
 * Appends copies of an event to the chain of its workspace, with the code that records deliveries. The host need not be along:
 * a million events would take its relay a quarter of an hour.
 * @param after the seq of the workspace's last record
 */
export async function growChain(
  dataDir: string,
  event: TaskEvent,
  { after, records }: { after: number; records: number },
): Promise<void> {
  const database = openDatabase<Tables>(await hostDatabaseUrl(dataDir), 'bench', 1);
  const context: Recording = {
    clock: systemClock,
    log: createLog('bench', 'silent'),
    checkpoints: { growth: createChainGrowth(Infinity) },
  };
  try {
    for (let n = 0; n < records; n += batch) {
      const copies = Array.from({ length: Math.min(batch, records - n) }, (_, index) => ({
        ...event,
        event_id: uuid7Ids.next(),
        task_id: uuid7Ids.next(),
        seq: after + n + index + 1,
      }));
      await database
        .transaction()
        .execute((trx) => recordAudit(context, copies, trx, { passOver: () => undefined }));
    }
  } finally {
    await database.destroy();
  }
}
