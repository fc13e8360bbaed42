import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { readAsNow } from '@rondo/shared/database/reader';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import { createPauses } from '@rondo/shared/workers/slices';
import { isTimeZone } from '@rondo/time/zone';
import { markOf } from '../domain/entity-tag.ts';
import { hashOfSecret } from '../domain/calendar-secret.ts';
import { calendarFormat, openCalendarWriter } from '../icalendar/export.ts';
import { historyIdOfRows } from '../store/history-id.ts';
import type { TodoContext } from '../context.ts';

type CalendarContext = Pick<TodoContext, 'database' | 'clock'>;

/** The calendar behind a secret: whose it is, from when on it has completed tasks, and the ETag of what it is now. */
export type Calendar = { workspaceId: string; personZone: string | null; since: Date; etag: string };

const dayMs = 24 * 60 * 60 * 1_000;
const shownAfterCompletionDays = 30;

/**
 * Finds the calendar behind a secret; undefined if the secret is unknown or revoked. It reads one row: the ETag is made of
 * the history, the head of the workspace, how often its series changed, the window and the version of the format, not of the tasks.
 */
export async function findCalendar(
  { database, clock }: CalendarContext,
  secret: string,
): Promise<Calendar | undefined> {
  const { rows } = await sql<{
    workspace_id: string;
    seq: number;
    changes: number;
    time_zone: string | null;
    history_id: string;
  }>`
    SELECT feed.workspace_id, coalesce(head.seq, 0) AS seq, coalesce(series.changes, 0) AS changes, person.time_zone,
           ${historyIdOfRows} AS history_id
    FROM todo_service.calendar_feeds feed
    LEFT JOIN todo_service.workspaces head ON head.id = feed.workspace_id
    LEFT JOIN todo_service.series_changes series ON series.workspace_id = feed.workspace_id
    LEFT JOIN todo_service.people person ON person.workspace_id = feed.workspace_id
    WHERE feed.secret_hash = ${hashOfSecret(secret)}`.execute(database);
  const [feed] = rows;
  if (!feed) return undefined;
  // The window moves once a day, so that an unchanged calendar has the same ETag for a day.
  const today = Math.floor(clock.now().getTime() / dayMs);
  const since = new Date((today - shownAfterCompletionDays) * dayMs);
  const { workspace_id: workspaceId, seq, changes, time_zone: zone, history_id: historyId } = feed;
  const personZone = zone !== null && isTimeZone(zone) ? zone : null;
  const parts = [calendarFormat, seq, changes, today, personZone ?? 'UTC', markOf(historyId)];
  const etag = `"${parts.join('-')}"`;
  return { workspaceId, personZone, since, etag };
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
  return Readable.from(readAsNow(all()), { objectMode: false });
}

/** A piece of text is passed on when it is this long. */
const pieceLength = 32_768;

async function* writeCalendar(ctx: CalendarContext, calendar: Calendar): AsyncGenerator<string> {
  const writer = openCalendarWriter(ctx.clock.now().getUTCFullYear(), calendar.personZone);
  const pause = createPauses();
  let piece = writer.head;
  for await (const page of pagesOf(ctx, calendar)) {
    // Each page passes on what is there, so that the answer begins as soon as the first one was read.
    if (piece !== '') yield piece;
    piece = '';
    for (const { task, series } of page) {
      const known = series === null ? undefined : (JSON.parse(series) as PublishedSeries);
      piece += writer.entriesOf(JSON.parse(task) as Task, known);
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
): AsyncGenerator<{ task: string; series: string | null }[]> {
  let last = lowestUuid;
  for (;;) {
    const { rows } = await sql<{ id: string; task: string; series: string | null }>`
      SELECT page.id, page.task, known.state::text AS series FROM (
        SELECT id, task, sum(octet_length(task)) OVER (ORDER BY id) - octet_length(task) AS bytes_before FROM (
          SELECT id, task::text AS task FROM todo_service.tasks
          WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND id > ${last}::uuid
            AND (status <> 'complete' OR (task ->> 'completed_at') COLLATE "C" >= ${since.toISOString()})
          ORDER BY id LIMIT ${maxOfPage.tasks}
        ) found
      ) page
      LEFT JOIN todo_service.series known
        ON known.workspace_id = ${workspaceId} AND known.id = (page.task::json ->> 'series_id')::uuid
      WHERE bytes_before < ${maxOfPage.bytes} ORDER BY page.id`.execute(database);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)?.id ?? last;
  }
}
