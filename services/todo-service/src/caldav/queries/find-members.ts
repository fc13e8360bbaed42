import { sql, type Kysely, type RawBuilder } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { Clock } from '@rondo/shared/clock';
import type { Tables } from '../../store/tables.ts';
import { taskOfName } from '../paths.ts';

/** A task as a member of the collection. */
export type Member = {
  id: string;
  version: number;
  name: string;
  uid: string;
  /** JSON text of a VTODO; null if no client put the task. */
  extra: string | null;
  revision: number;
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
  o.extra::text AS extra, coalesce(o.revision, 0) AS revision,
  coalesce(parent.uid, t.parent_id || '@rondo') AS "parentUid"`;

/** A page ends at 1 MiB of tasks as JSON, and has at least one. */
const maxPageBytes = 1_048_576;

function select(
  { workspaceId, withTask }: MemberQuery,
  condition: RawBuilder<unknown>,
  limit: number,
): RawBuilder<Member> {
  const task = withTask ? sql`t.task::text` : sql`NULL::text`;
  return sql<Member>`
    SELECT id, version, name, uid, extra, revision, "parentUid", task FROM (
      SELECT found.*, sum(coalesce(octet_length(task), 0)) OVER (ORDER BY id) - coalesce(octet_length(task), 0) AS before
      FROM (
        SELECT ${columns}, ${task} AS task FROM ${from(workspaceId)} AND ${condition} ORDER BY t.id LIMIT ${limit}
      ) found
    ) page WHERE before < ${maxPageBytes} ORDER BY id`;
}

/** Reads the members of the collection in pages, in the order of their ids, after one of them. */
export async function* pagesOfMembers(
  query: MemberQuery,
  { day, after = lowestUuid }: { day: number; after?: string | undefined },
): AsyncGenerator<Member[]> {
  const pageSize = query.withTask ? 200 : 1_000;
  for (let last = after; ;) {
    const condition = sql`t.id > ${last}::uuid AND ${isShownOn(day)}`;
    const { rows } = await select(query, condition, pageSize).execute(query.database);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)?.id ?? last;
  }
}

/** Reads live tasks by their ids; with a day, only those that are in the collection on it. */
export async function membersById(
  query: MemberQuery,
  ids: readonly string[],
  day?: number,
): Promise<Map<string, Member>> {
  const found = new Map<string, Member>();
  let missing = [...new Set(ids)].toSorted();
  while (missing.length > 0) {
    const condition = sql`t.id = ANY(${missing}::uuid[]) AND ${day === undefined ? sql`true` : isShownOn(day)}`;
    const { rows } = await select(query, condition, missing.length).execute(query.database);
    for (const row of rows) found.set(row.id, row);
    const last = rows.at(-1)?.id;
    // The page may have ended at its bytes.
    missing = last === undefined ? [] : missing.filter((id) => id > last);
  }
  return found;
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

/** Reads live tasks by their names in the collection. */
export async function membersByName(
  query: MemberQuery,
  names: readonly string[],
): Promise<Map<string, Member>> {
  const ids = await idsOfNames(query, names);
  const members = await membersById(query, [...ids.values()]);
  const found = new Map<string, Member>();
  for (const [name, id] of ids) {
    const member = members.get(id);
    if (member?.name === name) found.set(name, member);
  }
  return found;
}
