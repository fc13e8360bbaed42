import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { Log } from '@rondo/shared/observability/log';
import type { Tables } from './store/tables.ts';
import type { WriteQueue } from './store/write-queue.ts';

/** What commands and queries of Todo work with. */
export type TodoContext = {
  database: Kysely<Tables>;
  writes: WriteQueue;
  log: Log;
  clock: Clock;
  ids: Ids;
};
