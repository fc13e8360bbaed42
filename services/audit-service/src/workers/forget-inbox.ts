import { sql, type Kysely } from 'kysely';
import type { Clock } from '@rondo/shared/runtime/clock';
import type { Log } from '@rondo/shared/runtime/log';
import type { Worker } from '@rondo/shared/runtime/service';
import type { Tables } from '../tables.ts';

const hourMs = 60 * 60 * 1000;
/** Longer than the broker keeps records, so that no replay finds an event unknown. */
const keptDays = 30;

/** Forgets event ids that can't be delivered any more. The records keep them for ever. */
export function createInboxCleaner({
  database,
  clock,
  log,
}: {
  database: Kysely<Tables>;
  clock: Clock;
  log: Log;
}): Worker & { processAll(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function processAll(): Promise<void> {
    const before = new Date(clock.now().getTime() - keptDays * 24 * hourMs).toISOString();
    await sql`DELETE FROM audit_service.inbox WHERE handled_at < ${before}::timestamptz`.execute(database);
  }

  return {
    processAll,
    start() {
      timer = setInterval(() => {
        running = processAll().catch((error: unknown) =>
          log.warn({ err: error }, 'the inbox is cleaned in an hour'),
        );
      }, hourMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
