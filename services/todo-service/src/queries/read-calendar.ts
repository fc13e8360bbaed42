import { Readable } from 'node:stream';
import { sql } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { createPauses } from '@rondo/shared/workers/slices';
import { hashOfSecret } from '../domain/calendar-secret.ts';
import { calendarFormat, openCalendarWriter } from '../icalendar/export.ts';
import type { TodoContext } from '../context.ts';

type CalendarContext = Pick<TodoContext, 'database' | 'clock'>;

/** The calendar behind a secret: whose it is, from when on it has completed tasks, and the ETag of what it is now. */
export type Calendar = { workspaceId: string; since: Date; etag: string };

const dayMs = 24 * 60 * 60 * 1_000;
const shownAfterCompletionDays = 30;

/**
 * Finds the calendar behind a secret; undefined if the secret is unknown or revoked. It reads one row: the ETag is made of
 * the head of the workspace, the window and the version of the format, not of the tasks.
 */
export async function findCalendar(
  { database, clock }: CalendarContext,
  secret: string,
): Promise<Calendar | undefined> {
  const { rows } = await sql<{ workspace_id: string; seq: number }>`
    SELECT feed.workspace_id, coalesce(head.seq, 0) AS seq FROM todo_service.calendar_feeds feed
    LEFT JOIN todo_service.workspaces head ON head.id = feed.workspace_id
    WHERE feed.secret_hash = ${hashOfSecret(secret)}`.execute(database);
  const [feed] = rows;
  if (!feed) return undefined;
  // The window moves once a day, so that an unchanged calendar has the same ETag for a day.
  const today = Math.floor(clock.now().getTime() / dayMs);
  const since = new Date((today - shownAfterCompletionDays) * dayMs);
  return { workspaceId: feed.workspace_id, since, etag: `"${calendarFormat}-${feed.seq}-${today}"` };
}

/**
 * Reads a calendar as iCalendar text: the live tasks of its workspace, and tasks that were completed in its window. Pages are
 * read when the reader has taken the ones before, and are written in slices.
 * @throws as the database does, until the first page is read; later errors end the stream
 */
export async function readCalendar(ctx: CalendarContext, calendar: Calendar): Promise<Readable> {
  const pieces = writeCalendar(ctx, calendar);
  const first = await pieces.next();
  const all = async function* (): AsyncGenerator<string> {
    if (!first.done) yield first.value;
    yield* pieces;
  };
  return Readable.from(all(), { objectMode: false });
}

/** A piece of text is passed on when it is this long. */
const pieceLength = 32_768;

async function* writeCalendar(ctx: CalendarContext, calendar: Calendar): AsyncGenerator<string> {
  const writer = openCalendarWriter(ctx.clock.now().getUTCFullYear());
  const pause = createPauses();
  let piece = writer.head;
  for await (const page of pagesOf(ctx, calendar)) {
    for (const task of page) {
      piece += writer.entriesOf(JSON.parse(task) as Task);
      await pause();
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece + writer.tail;
}

/** A page ends at this number of tasks or at 1 MiB of JSON, and has at least one task. */
const maxOfPage = { tasks: 200, bytes: 1_048_576 };

async function* pagesOf(
  { database }: CalendarContext,
  { workspaceId, since }: Calendar,
): AsyncGenerator<string[]> {
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await sql<{ id: string; task: string }>`
      SELECT id, task FROM (
        SELECT id, task, sum(octet_length(task)) OVER (ORDER BY id) - octet_length(task) AS bytes_before FROM (
          SELECT id, task::text AS task FROM todo_service.tasks
          WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND id > ${last}::uuid
            AND (status <> 'complete' OR (task ->> 'completed_at') COLLATE "C" >= ${since.toISOString()})
          ORDER BY id LIMIT ${maxOfPage.tasks}
        ) found
      ) page
      WHERE bytes_before < ${maxOfPage.bytes} ORDER BY id`.execute(database);
    if (rows.length === 0) return;
    yield rows.map(({ task }) => task);
    last = rows.at(-1)?.id ?? last;
  }
}
