import type { Transaction } from 'kysely';
import { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { RecurringContext } from '../context.ts';
import { keepPeople } from '../store/people.ts';
import type { Tables } from '../store/tables.ts';

/** Keeps the zones of people's settings. A worker then plans the waiting reminders again. */
export const peopleConsumer = consume({
  topic: topics.personSettings,
  event: PersonSettingsEvent,
  bulk: { maxAwaitMs: 5 },
  countsStale: true,
  wakes: ['replan'],
  handle: async (_ctx: RecurringContext, settings, trx: Transaction<Tables>) => ({
    stale: settings.length - (await keepPeople(settings, trx)),
  }),
});
