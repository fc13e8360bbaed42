import { sql, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Whether a row has the derived columns of a release before 0021: the condition of the index `tasks_to_refill`. */
export const isToFill = sql<boolean>`length(ts_filter(search, '{b}')) = 0`;

/** A replica of the release before may still write rows during an upgrade. */
const rememberedMs = 10_000;

const memories = new WeakMap<object, { isFilled: boolean; checkedMs: number }>();

/** Whether all rows have their derived columns. It asks the database at most every 10 s. */
export async function areColumnsFilled(database: Kysely<Tables>): Promise<boolean> {
  const known = memories.get(database);
  if (known && performance.now() - known.checkedMs < rememberedMs) return known.isFilled;
  const { rows } = await sql`SELECT FROM todo_service.tasks WHERE ${isToFill} LIMIT 1`.execute(database);
  const isFilled = rows.length === 0;
  memories.set(database, { isFilled, checkedMs: performance.now() });
  return isFilled;
}
