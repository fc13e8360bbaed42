import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/runtime/clock';
import type { Log } from '@rondo/shared/runtime/log';
import type { Tables } from './tables.ts';
import type { WriteQueue } from './write-queue.ts';

/** What commands and queries of Todo work with. */
export type TodoContext = {
  database: Kysely<Tables>;
  writes: WriteQueue;
  log: Log;
  clock: Clock;
  ids: Ids;
};
