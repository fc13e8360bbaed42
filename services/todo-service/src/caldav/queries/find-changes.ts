import { sql, type Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';
import { invalidSyncToken, type SyncToken } from '../sync-token.ts';
import { shownSince } from './find-members.ts';

type Reading = { database: Kysely<Tables>; workspaceId: string };

/** What a report of changes tells. */
export type Changes = {
  /** The tasks to report, each once. */
  ids: string[];
  /** How far a client has read with them. */
  token: SyncToken;
  isTruncated: boolean;
};

/** The most changes of one report. More are read with the token of the answer. */
const maxChanges = 20_000;

/** How far the collection is. */
export async function findHead(
  { database, workspaceId }: Reading,
  day: number,
): Promise<SyncToken & { prunedSeq: number }> {
  const { rows } = await sql<{ historyId: string; seq: number; prunedSeq: number; revision: number }>`
    SELECT history.id AS "historyId", coalesce(head.seq, 0) AS seq, coalesce(head.pruned_seq, 0) AS "prunedSeq",
      (SELECT coalesce(max(revision), 0) FROM todo_service.calendar_objects WHERE workspace_id = ${workspaceId}) AS revision
    FROM todo_service.history LEFT JOIN todo_service.workspaces head ON head.id = ${workspaceId}`.execute(
    database,
  );
  const [head] = rows;
  if (!head) throw new Error('todo_service.history has no row');
  return { ...head, day };
}

/**
 * Finds the tasks that changed since a token: by events, by what clients put without one, and by the days that passed, which take
 * completed tasks out of the collection.
 * @throws DavRefusal 403 `valid-sync-token` if the token is of another history, or its events were pruned
 */
export async function findChanges(
  reading: Reading,
  since: SyncToken,
  { day, limit = maxChanges }: { day: number; limit?: number | undefined },
): Promise<Changes> {
  const { prunedSeq, ...head } = await findHead(reading, day);
  if (since.historyId !== head.historyId || since.seq < prunedSeq || since.seq > head.seq)
    throw invalidSyncToken();
  const most = Math.min(limit, maxChanges);
  const events = await changedByEvents(reading, { since: since.seq, upTo: head.seq, limit: most + 1 });
  const ids = events.slice(0, most).map(({ task_id: id }) => id);
  if (events.length > most)
    return { ids, token: { ...since, seq: events[most - 1]?.seq ?? since.seq }, isTruncated: true };
  const others = await changedByClients(reading, { since: since.revision, upTo: head.revision, known: ids });
  const room = most - ids.length;
  ids.push(...others.slice(0, room).map(({ task_id: id }) => id));
  if (others.length > room) {
    const revision = others[room - 1]?.revision ?? since.revision;
    return { ids, token: { ...since, seq: head.seq, revision }, isTruncated: true };
  }
  // There are few: those that were completed on the days between.
  if (since.day < day) ids.push(...(await leftByDays(reading, { from: since.day, to: day, known: ids })));
  return { ids, token: head, isTruncated: false };
}

async function changedByEvents(
  { database, workspaceId }: Reading,
  { since, upTo, limit }: { since: number; upTo: number; limit: number },
): Promise<{ task_id: string; seq: number }[]> {
  const { rows } = await sql<{ task_id: string; seq: number }>`
    SELECT task_id, max(seq) AS seq FROM todo_service.events
    WHERE workspace_id = ${workspaceId} AND seq > ${since} AND seq <= ${upTo}
    GROUP BY task_id ORDER BY seq LIMIT ${limit}`.execute(database);
  return rows;
}

async function changedByClients(
  { database, workspaceId }: Reading,
  { since, upTo, known }: { since: number; upTo: number; known: string[] },
): Promise<{ task_id: string; revision: number }[]> {
  if (upTo <= since) return [];
  return database
    .selectFrom('todo_service.calendar_objects')
    .select(['task_id', 'revision'])
    .where('workspace_id', '=', workspaceId)
    .where('revision', '>', since)
    .where('revision', '<=', upTo)
    .where(sql<boolean>`task_id <> ALL(${known}::uuid[])`)
    .orderBy('revision')
    .limit(maxChanges + 1)
    .execute();
}

async function leftByDays(
  { database, workspaceId }: Reading,
  { from, to, known }: { from: number; to: number; known: string[] },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM todo_service.tasks
    WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND status = 'complete'
      AND (task ->> 'completed_at') COLLATE "C" >= ${shownSince(from)}
      AND (task ->> 'completed_at') COLLATE "C" < ${shownSince(to)}
      AND id <> ALL(${known}::uuid[])
    ORDER BY id LIMIT ${maxChanges}`.execute(database);
  return rows.map(({ id }) => id);
}

/** The names of tasks that are no members any more. */
export async function namesOf(
  { database, workspaceId }: Reading,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ task_id: string; name: string }>`
    SELECT task_id, name FROM todo_service.calendar_objects
    WHERE workspace_id = ${workspaceId} AND task_id = ANY(${[...ids]}::uuid[])`.execute(database);
  const names = new Map(rows.map(({ task_id: id, name }) => [id, name]));
  return new Map(ids.map((id) => [id, names.get(id) ?? `${id}.ics`]));
}
