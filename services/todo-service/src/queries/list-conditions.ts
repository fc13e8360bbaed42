import { sql, type RawBuilder } from 'kysely';
import { formerSearchQuery, namesQuery, searchQuery } from '../domain/search-query.ts';
import { completedFrom, completedUntil, dueFrom, dueUntil } from './date-conditions.ts';
import type { ListRequest } from './list-query.ts';

type Condition = RawBuilder<unknown>;

/** A list to read. Until the columns of every row are filled in, a search asks for both forms of words. */
export type OpenList = ListRequest & { isFilled: boolean };

/** The conditions of a list, for a scan in sort order. */
export function matching(list: OpenList): Condition {
  return sql`${withoutWords(list)} AND ${haveWords(list)}`;
}

/** The conditions of a list but the words of a search. */
export function withoutWords(list: OpenList): Condition {
  return sql.join([placeOf(list), ...conditions(list)], sql` AND `);
}

/** Whether a task has the words of a search, in a form that no index supports. */
export function haveWords(list: OpenList): Condition {
  const [condition] = wordsMatch(list);
  return condition === undefined ? sql`true` : sql`(${condition}) IS TRUE`;
}

/** What a list asks of a task, besides being in its place. The words are written in a form that no index supports. */
export function matchesOf(list: OpenList): Condition {
  return sql.join([...conditions(list), haveWords(list)], sql` AND `);
}

/** Whether the index of words finds the matches, see `foundBy`. */
export function isFoundByWords(list: OpenList): boolean {
  return narrowing(list) !== undefined;
}

/**
 * The conditions that find matches. If words narrow them down, only the index of words may be used, so the other conditions are
 * written in a form that no index supports. This holds even before the table has statistics.
 */
export function foundBy(list: OpenList): Condition {
  const narrowed = narrowing(list);
  if (narrowed === undefined) return matching(list);
  const { workspaceId, query } = list;
  const place = [
    sql`workspace_id IS NOT DISTINCT FROM ${workspaceId}::uuid`,
    query.trash ? sql`coalesce(deleted_at, '') <> ''` : sql`coalesce(deleted_at, '') = ''`,
  ];
  return sql.join([narrowed, ...place, ...conditions(list)], sql` AND `);
}

/** Restricts to the live tasks of a workspace, or to its trash. */
export function placeOf({ workspaceId, query: { trash } }: ListRequest): Condition {
  return sql`workspace_id = ${workspaceId} AND ${trash ? sql`deleted_at IS NOT NULL` : sql`deleted_at IS NULL`}`;
}

/** A query of the index of words that finds all matches and maybe more: by what was typed, and by the words of labels and lists. */
function narrowing({ workspaceId, query, isFilled }: OpenList): Condition | undefined {
  const { q, label = [], any_label: anyLabel = [], list = [] } = query;
  // Rows of the former release don't have the words of labels and lists.
  if (!isFilled) return wordsMatch({ workspaceId, query, isFilled })[0];
  const terms = [
    ...(q === undefined ? [] : [searchQuery(workspaceId, q)]),
    ...(label.length === 0 ? [] : [namesQuery(workspaceId, label, 'all')]),
    ...(anyLabel.length === 0 ? [] : [namesQuery(workspaceId, anyLabel, 'any')]),
    ...(list.length === 0 || list.includes('none') ? [] : [namesQuery(workspaceId, list, 'any')]),
  ];
  return terms.length === 0 ? undefined : sql`search @@ ${terms.join(' & ')}::tsquery`;
}

function wordsMatch({ workspaceId, query: { q }, isFilled }: Omit<OpenList, 'timeZone'>): Condition[] {
  if (q === undefined) return [];
  const words = searchQuery(workspaceId, q);
  return [sql`search @@ ${isFilled ? words : `(${words}) | (${formerSearchQuery(q)})`}::tsquery`];
}

/** All conditions but the words of a search. */
function conditions({ query, timeZone, isFilled }: OpenList): Condition[] {
  const found: Condition[] = [];
  if (query.status?.length) {
    found.push(sql`status = ANY (${query.status}::text[])`);
    // The conditions of the indexes of open and of complete tasks, which the planner can't conclude from a parameter.
    if (!query.status.includes('complete')) found.push(sql`status <> 'complete'`);
    else if (isFilled && query.status.every((status) => status === 'complete'))
      found.push(sql`completed_at IS NOT NULL`);
  }
  if (query.list?.length) found.push(inLists(query.list));
  if (query.label?.length) found.push(sql`labels @> ${JSON.stringify(query.label)}::jsonb`);
  if (query.any_label?.length) found.push(sql`labels ?| ${query.any_label}::text[]`);
  if (query.not_label?.length) found.push(sql`NOT labels ?| ${query.not_label}::text[]`);
  if (query.priority?.length) found.push(sql`priority = ANY (${query.priority}::smallint[])`);
  if (query.due === 'none') found.push(sql`due_at IS NULL`);
  if (query.due_after !== undefined) found.push(dueFrom(query.due_after, timeZone));
  if (query.due_before !== undefined) found.push(dueUntil(query.due_before, timeZone));
  if (query.completed_after !== undefined) found.push(completedFrom(query.completed_after, timeZone));
  if (query.completed_before !== undefined) found.push(completedUntil(query.completed_before, timeZone));
  if (query.parent_id !== undefined)
    found.push(query.parent_id === 'none' ? sql`parent_id IS NULL` : sql`parent_id = ${query.parent_id}`);
  return found;
}

function inLists(lists: string[]): Condition {
  const named = lists.filter((name) => name !== 'none');
  const isNamed = sql`list = ANY (${named}::text[])`;
  if (named.length === lists.length) return isNamed;
  return named.length === 0 ? sql`list IS NULL` : sql`(list IS NULL OR ${isNamed})`;
}
