import { sql } from 'kysely';
import { keptAnswerRetention } from '@rondo/shared/database/kept-answers';
import { dayMs, expiringTable } from '@rondo/shared/workers/expiring-table';
import type { Retention } from '@rondo/shared/workers/retention';
import { pruneObjects } from '../caldav/store/prune-objects.ts';
import type { TodoContext } from '../context.ts';
import { pruneEvents } from '../store/prune-events.ts';
import { pruneSeries } from '../store/prune-series.ts';

/**
 * The retentions of Todo's tables: answers of Idempotency-Keys for a day; events, imports, which need them, and the names of purged
 * objects for as long as the setting says; ended series as long as their last task.
 */
export function retentions(
  { database }: Pick<TodoContext, 'database'>,
  { eventDays }: { eventDays: number },
): Retention[] {
  return [
    keptAnswerRetention(database, 'todo_service'),
    expiringTable(database, {
      schema: 'todo_service',
      table: 'imports',
      keptMs: eventDays * dayMs,
      by: sql<string>`created_at`,
    }),
    expiringTable(database, {
      schema: 'todo_service',
      table: 'awaited_parents',
      keptMs: eventDays * dayMs,
      by: sql<string>`created_at`,
    }),
    { table: 'events', keptMs: eventDays * dayMs, ...pruneEvents(database) },
    { table: 'calendar_objects', keptMs: eventDays * dayMs, ...pruneObjects(database) },
    { table: 'series', keptMs: eventDays * dayMs, ...pruneSeries(database) },
  ];
}
