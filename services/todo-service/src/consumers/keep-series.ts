import type { Transaction } from 'kysely';
import { SeriesEvent } from '@rondo/shared/contracts/series-event';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { ServiceContext } from '../context.ts';
import { keepSeries } from '../store/series.ts';
import type { Tables } from '../store/tables.ts';

/** Keeps what decides the dates of each series, for calendars. */
export const seriesConsumer = consume({
  topic: topics.seriesEvents,
  event: SeriesEvent,
  bulk: { maxAwaitMs: 15 },
  countsStale: true,
  handle: async (_ctx: ServiceContext, events, trx: Transaction<Tables>) => ({
    stale: events.length - (await keepSeries(events, trx)),
  }),
});
