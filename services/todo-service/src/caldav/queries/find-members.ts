import { sql, type Kysely, type RawBuilder } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { Clock } from '@rondo/shared/clock';
import { historyIdOfRows } from '../../store/history-id.ts';
import type { Tables } from '../../store/tables.ts';
import { taskOfName } from '../paths.ts';

/** A task as a member of the collection. */
export type Member = {
  id: string;
  version: number;
  name: string;
  uid: string;
  /** JSON text of a VTODO; null if no client put the task, or if tasks were not asked for. */
  extra: string | null;
  revision: number;
  historyId: string;
  parentUid: string | null;
  /** JSON text; null if it was not asked for. */
  task: string | null;
};

export type MemberQuery = {
  database: Kysely<Tables>;
  workspaceId: string;
  /** Whether the tasks are read, too. */
  withTask: boolean;
};

const dayMs = 24 * 60 * 60 * 1_000;
const shownAfterCompletionDays = 30;

/** The day that decides which completed tasks are in the collection: days since the epoch. */
export function dayOf(clock: Clock): number {
  return Math.floor(clock.now().getTime() / dayMs);
}

/** Tasks that were completed before are not in the collection, unless a client put them. */
export function shownSince(day: number): string {
  return new Date((day - shownAfterCompletionDays) * dayMs).toISOString();
}

const isShownOn = (day: number) => sql`
  (t.status <> 'complete' OR o.task_id IS NOT NULL OR (t.task ->> 'completed_at') COLLATE "C" >= ${shownSince(day)})`;

const from = (workspaceId: string) => sql`
  todo_service.tasks t
  LEFT JOIN todo_service.calendar_objects o ON o.workspace_id = t.workspace_id AND o.task_id = t.id
  LEFT JOIN todo_service.calendar_objects parent
    ON parent.workspace_id = t.workspace_id AND parent.task_id = t.parent_id
  WHERE t.workspace_id = ${workspaceId} AND t.deleted_at IS NULL`;

const columns = sql`
  t.id, t.version, coalesce(o.name, t.id || '.ics') AS name, coalesce(o.uid, t.id || '@rondo') AS uid,
  coalesce(o.revision, 0) AS revision, ${historyIdOfRows} AS "historyId",
  coalesce(parent.uid, t.parent_id || '@rondo') AS "parentUid"`;

/**
 * A page ends at 256 KiB of JSON, and has at least one task: many readers may leave theirs unread. The database reads all rows up to a limit,
 * whatever their size is, so a page has at most twice as many as fitted into the one before.
 */
const maxPageBytes = 262_144;
const pageRows = { withTask: { first: 16, max: 200 }, withoutTask: { first: 1_000, max: 1_000 } };
const rowsOf = ({ withTask }: MemberQuery) => (withTask ? pageRows.withTask : pageRows.withoutTask);
const nextLimit = (max: number, rows: Member[]) => Math.min(max, 2 * rows.length);

function select(
  { workspaceId, withTask }: MemberQuery,
  condition: RawBuilder<unknown>,
  limit: number,
): RawBuilder<Member> {
  const task = withTask ? sql`t.task::text` : sql`NULL::text`;
  const extra = withTask ? sql`o.extra::text` : sql`NULL::text`;
  const bytes = sql`coalesce(octet_length(task), 0) + coalesce(octet_length(extra), 0)`;
  return sql<Member>`
    SELECT id, version, name, uid, extra, revision, "historyId", "parentUid", task FROM (
      SELECT found.*, sum(${bytes}) OVER (ORDER BY id) - (${bytes}) AS before
      FROM (
        SELECT ${columns}, ${task} AS task, ${extra} AS extra FROM ${from(workspaceId)} AND ${condition} ORDER BY t.id LIMIT ${limit}
      ) found
    ) page WHERE before < ${maxPageBytes} ORDER BY id`;
}

/** Reads the members of the collection in pages, in the order of their ids, after one of them. */
export async function* pagesOfMembers(
  query: MemberQuery,
  { day, after = lowestUuid }: { day: number; after?: string | undefined },
): AsyncGenerator<Member[]> {
  const { first, max } = rowsOf(query);
  for (let [last, limit] = [after, first]; ;) {
    const condition = sql`t.id > ${last}::uuid AND ${isShownOn(day)}`;
    const { rows } = await select(query, condition, limit).execute(query.database);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)?.id ?? last;
    limit = nextLimit(max, rows);
  }
}

/** Reads live tasks by their ids, in pages in the order of the ids; with a day, only those that are in the collection on it. */
export async function* pagesById(
  query: MemberQuery,
  ids: readonly string[],
  day?: number,
): AsyncGenerator<Member[]> {
  const { first, max } = rowsOf(query);
  let missing = [...new Set(ids)].toSorted();
  for (let limit = first; missing.length > 0;) {
    const condition = sql`t.id = ANY(${missing}::uuid[]) AND ${day === undefined ? sql`true` : isShownOn(day)}`;
    const { rows } = await select(query, condition, limit).execute(query.database);
    const last = rows.at(-1)?.id;
    if (last === undefined) return;
    yield rows;
    missing = missing.filter((id) => id > last);
    limit = nextLimit(max, rows);
  }
}

/** The ids of the tasks that may have these names. A task in the trash keeps its name. */
export async function idsOfNames(
  { database, workspaceId }: Pick<MemberQuery, 'database' | 'workspaceId'>,
  names: readonly string[],
): Promise<Map<string, string>> {
  const rows = await database
    .selectFrom('todo_service.calendar_objects')
    .select(['name', 'task_id'])
    .where('workspace_id', '=', workspaceId)
    .where('name', 'in', names.length > 0 ? [...names] : [''])
    .execute();
  const ids = new Map<string, string>();
  for (const name of names) {
    const id = taskOfName(name);
    if (id !== undefined) ids.set(name, id);
  }
  for (const { name, task_id: id } of rows) ids.set(name, id);
  return ids;
}

/** Reads live tasks by their names in the collection, in pages. */
export async function* pagesByName(query: MemberQuery, names: readonly string[]): AsyncGenerator<Member[]> {
  const ids = await idsOfNames(query, names);
  for await (const page of pagesById(query, [...ids.values()]))
    yield page.filter(({ id, name }) => ids.get(name) === id);
}

/** Reads the live task with a name in the collection. */
export async function memberByName(query: MemberQuery, name: string): Promise<Member | undefined> {
  for await (const [member] of pagesByName(query, [name])) return member;
  return undefined;
}
