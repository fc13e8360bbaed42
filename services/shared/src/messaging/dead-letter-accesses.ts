import { sql, type QueryExecutorProvider } from 'kysely';
import type { DeadLetterAccess } from '../contracts/dead-letter.ts';

/**
 * Records that an operator saw or redrove dead letters, which contain what people wrote. Await it before the answer: what
 * can't be recorded is not shown.
 */
export async function recordAccess(
  database: QueryExecutorProvider,
  schema: string,
  { personId, action, ids }: { personId: string; action: DeadLetterAccess['action']; ids: string[] },
): Promise<void> {
  await sql`
    INSERT INTO ${sql.id(schema, 'dead_letter_accesses')} (person_id, action, dead_letter_ids)
    VALUES (${personId}, ${action}, ${ids}::uuid[])`.execute(database);
}

/** Lists who saw or redrove dead letters, the newest access first. */
export async function listAccesses(
  database: QueryExecutorProvider,
  schema: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<DeadLetterAccess[]> {
  const { rows } = await sql<DeadLetterAccess>`
    SELECT accessed_at, person_id, action, dead_letter_ids FROM ${sql.id(schema, 'dead_letter_accesses')}
    ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`.execute(database);
  return rows;
}
