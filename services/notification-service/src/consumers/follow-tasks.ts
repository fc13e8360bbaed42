import type { Transaction } from 'kysely';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { NotificationContext } from '../context.ts';
import { concernsAgenda } from '../digests/domain/agenda.ts';
import { updateAgenda } from '../digests/store/update-agenda.ts';
import { concernsFollowed } from '../inbox/domain/followed-task.ts';
import { followTasks } from '../inbox/store/follow-tasks.ts';
import type { Tables } from '../store/tables.ts';

/** Follows tasks: for the agenda of each person, and for the entries and deliveries that name them. */
export const taskConsumer = consume({
  topic: topics.taskEvents,
  event: TaskEvent,
  bulk: { maxAwaitMs: 500 },
  concerns: (event) => concernsAgenda(event) || concernsFollowed(event),
  countsStale: true,
  handle: async ({ clock, wake }: NotificationContext, events, trx: Transaction<Tables>) => {
    const now = clock.now();
    const stale = await updateAgenda(
      events.filter((event) => concernsAgenda(event)),
      trx,
      now,
    );
    const isNudged = await followTasks(
      events.filter((event) => concernsFollowed(event)),
      trx,
      now,
    );
    return { stale, ...(isNudged ? { afterCommit: wake.relay } : {}) };
  },
});
