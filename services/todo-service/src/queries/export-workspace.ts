import { sql, type RawBuilder } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { cutByBytes } from '@rondo/shared/database/page-bytes';
import type { TodoContext } from '../context.ts';
import { exportForm } from '../domain/export-form.ts';
import { rowOfTask, tableHeader } from '../domain/task-table.ts';
import { eventColumns, eventJson } from '../store/event-json.ts';
import type { EventRow } from '../store/tables.ts';
import { listFilters } from './find-filters.ts';

type ExportContext = Pick<TodoContext, 'database' | 'clock'>;

/** A page ends at this number of rows or at 1 MiB of JSON, and has at least one row. */
const maxRows = 200;

/** The tasks of a workspace, its trash, kept history and saved filters, as the text of one JSON document. */
export async function* exportJson(ctx: ExportContext, workspaceId: string): AsyncGenerator<string> {
  const head = {
    ...exportForm,
    workspace_id: workspaceId,
    exported_at: ctx.clock.now(),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"tasks":[`;
  yield* separated(tasksOf(ctx, workspaceId, sql`deleted_at IS NULL`));
  yield '],"trash":[';
  yield* separated(tasksOf(ctx, workspaceId, sql`deleted_at IS NOT NULL`));
  yield '],"history":[';
  yield* separated(eventsOf(ctx, workspaceId));
  yield `],"filters":${JSON.stringify(await listFilters(ctx, workspaceId))}}\n`;
}

/** The tasks of a workspace that are not in the trash as CSV, one row for each. */
export async function* exportCsv(ctx: ExportContext, workspaceId: string): AsyncGenerator<string> {
  yield tableHeader;
  for await (const text of tasksOf(ctx, workspaceId, sql`deleted_at IS NULL`))
    yield rowOfTask(JSON.parse(text) as Task);
}

async function* separated(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let separator = '';
  for await (const text of texts) {
    yield separator + text;
    separator = ',';
  }
}

/** The tasks of a workspace as JSON texts, in the order of their ids. */
async function* tasksOf(
  { database }: ExportContext,
  workspaceId: string,
  condition: RawBuilder<unknown>,
): AsyncGenerator<string> {
  for (let last = lowestUuid; ;) {
    const page = sql`
      SELECT id, task::text AS task FROM todo_service.tasks
      WHERE workspace_id = ${workspaceId} AND ${condition} AND id > ${last}::uuid ORDER BY id LIMIT ${maxRows}`;
    const { rows } = await sql<{
      id: string;
      task: string;
    }>`${cutByBytes(page, { order: sql`id`, size: sql`octet_length(task)` })}`.execute(database);
    for (const { task } of rows) yield task;
    const end = rows.at(-1);
    if (!end) return;
    last = end.id;
  }
}

/** The kept events of a workspace as JSON texts, in the order of their seqs. */
async function* eventsOf({ database }: ExportContext, workspaceId: string): AsyncGenerator<string> {
  for (let last = 0; ;) {
    const page = sql`
      SELECT ${sql.join(eventColumns.map((column) => sql.ref(column)))} FROM todo_service.events
      WHERE workspace_id = ${workspaceId} AND seq > ${last}::bigint ORDER BY seq LIMIT ${maxRows}`;
    const size = sql`octet_length(payload::text)`;
    const { rows } = await sql<EventRow>`${cutByBytes(page, { order: sql`seq`, size })}`.execute(database);
    for (const row of rows) yield eventJson(row);
    const end = rows.at(-1);
    if (!end) return;
    last = end.seq;
  }
}
