import type { Transaction } from 'kysely';
import { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { ServiceContext } from '../context.ts';
import { keepPeople } from '../store/people.ts';
import type { Tables } from '../store/tables.ts';

/** Keeps the zones of people's settings, stored and in the memory of this replica. A worker then moves their floating tasks. */
export const peopleConsumer = consume({
  topic: topics.personSettings,
  event: PersonSettingsEvent,
  bulk: { maxAwaitMs: 5 },
  countsStale: true,
  wakes: ['floating'],
  async handle({ zones }: ServiceContext, settings, trx: Transaction<Tables>) {
    const changed = await keepPeople(settings, trx);
    return { stale: settings.length - changed.length, afterCommit: () => zones.keep(changed) };
  },
});
