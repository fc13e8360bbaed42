import { sql, type Kysely } from 'kysely';
import { isStatementTimeout } from '@rondo/shared/database/database';
import { AppError } from '@rondo/shared/errors';
import type { Tables } from '../store/tables.ts';

/** How long a statement of a search may take. That is much shorter than other statements may: a person may repeat a search at will. */
const deadlineMs = 4_000;

/** Runs a search, whose statements have a deadline of their own. @throws AppError 422 if one of them takes longer */
export async function withinSearchDeadline<Result>(
  database: Kysely<Tables>,
  search: (database: Kysely<Tables>) => Promise<Result>,
): Promise<Result> {
  try {
    return await database
      .transaction()
      .setAccessMode('read only')
      .execute(async (trx) => {
        await sql`SET LOCAL statement_timeout = ${sql.lit(deadlineMs)}`.execute(trx);
        return search(trx);
      });
  } catch (cause) {
    if (!isStatementTimeout(cause)) throw cause;
    throw new AppError(
      'search-too-costly',
      `The search was stopped after ${deadlineMs / 1000} s. Search for longer or fewer words, labels or lists.`,
      { cause },
    );
  }
}
