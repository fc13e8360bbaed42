import { sql, type RawBuilder } from 'kysely';

/** What a queue claims: the `limit` rows that have been due the longest, or up to `limit` of each of these workspaces. */
export type DueClaim = { limit: number; workspaces?: string[] };

/**
 * Selects the due rows of a claim and locks them, except those that another replica has locked.
 * It needs an index of `dueAt`, and one of `workspace_id` and `dueAt`.
 */
export function dueRows(
  { table, columns, isDue, dueAt }: DueRows,
  { limit, workspaces }: DueClaim,
): RawBuilder<unknown> {
  const longest = (isOfWorkspace: RawBuilder<unknown>) => sql`
    SELECT ${columns} FROM ${sql.table(table)} WHERE ${isDue} AND ${isOfWorkspace}
    ORDER BY ${sql.ref(dueAt)} LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  if (!workspaces) return longest(sql`TRUE`);
  return sql`
    SELECT claimed.* FROM unnest(${workspaces}::uuid[]) AS turn (id)
    CROSS JOIN LATERAL (${longest(sql`workspace_id = turn.id`)}) claimed`;
}

type DueRows = { table: string; columns: RawBuilder<unknown>; isDue: RawBuilder<unknown>; dueAt: string };
