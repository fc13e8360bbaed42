import { sql } from 'kysely';
import { dayMs, expiringTable } from '@rondo/shared/workers/expiring-table';
import type { Retention } from '@rondo/shared/workers/retention';
import type { TodoContext } from '../context.ts';
import { pruneEvents } from '../store/prune-events.ts';

/** The retentions of Todo's tables: answers of Idempotency-Keys for a day, events for as long as the setting says. */
export function retentions(
  { database }: Pick<TodoContext, 'database'>,
  { eventDays }: { eventDays: number },
): Retention[] {
  return [
    expiringTable(database, {
      schema: 'todo_service',
      table: 'idempotency_keys',
      keptMs: dayMs,
      by: sql<string>`created_at`,
    }),
    { table: 'events', keptMs: eventDays * dayMs, ...pruneEvents(database) },
  ];
}
