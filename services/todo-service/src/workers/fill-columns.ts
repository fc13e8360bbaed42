import { setTimeout as pause } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { inSlices } from '@rondo/shared/workers/slices';
import type { TodoContext } from '../context.ts';
import { derivedColumns, type DerivedColumns } from '../store/derived-columns.ts';
import { isToFill } from '../store/filled-columns.ts';
import type { Tables } from '../store/tables.ts';

/** Rows are locked for as long as their columns are computed and written. */
const batchSize = 100;
/** After a batch it pauses for as long as the batch took, and no longer than this. */
const longestPauseMs = 100;

/** Fills in the derived columns of rows that a release before 0021 wrote, at the start and once an hour. */
export function createColumnFiller({ database, log }: Pick<TodoContext, 'database' | 'log'>): PeriodicWorker {
  return createPeriodicWorker({
    name: 'fill-columns',
    processAll: (stopping) => fillColumns(database, stopping),
    log,
  });
}

/** Works in batches, each in its own transaction, so that a write of such a task waits for milliseconds. */
async function fillColumns(database: Kysely<Tables>, stopping: AbortSignal): Promise<void> {
  for (let filled = batchSize; filled === batchSize && !stopping.aborted;) {
    const began = performance.now();
    filled = await fillBatch(database);
    const took = performance.now() - began;
    await pause(Math.min(took, longestPauseMs), undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** @returns how many rows were filled in */
async function fillBatch(database: Kysely<Tables>): Promise<number> {
  return database.transaction().execute(async (trx) => {
    const { rows } = await sql<{ task: string }>`
      SELECT task FROM todo_service.tasks WHERE ${isToFill}
      ORDER BY workspace_id, id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`.execute(trx);
    const given: (DerivedColumns & Pick<Task, 'workspace_id' | 'id' | 'updated_at' | 'completed_at'>)[] = [];
    await inSlices(rows, ({ task: text }) => {
      const task = JSON.parse(text) as Task;
      const { workspace_id, id, updated_at, completed_at } = task;
      given.push({ workspace_id, id, updated_at, completed_at, ...derivedColumns(task) });
    });
    await sql`
      UPDATE todo_service.tasks held SET
        due_at = given.due_at, due_on = given.due_on, title_key = given.title_key, search = given.search,
        updated_at = given.updated_at, completed_at = given.completed_at
      FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (
        workspace_id uuid, id uuid, due_at timestamptz, due_on date, title_key text, search tsvector,
        updated_at timestamptz, completed_at timestamptz
      )
      WHERE held.workspace_id = given.workspace_id AND held.id = given.id`.execute(trx);
    return rows.length;
  });
}
