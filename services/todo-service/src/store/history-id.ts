import { sql, type Kysely, type Transaction } from 'kysely';
import { shareRunning } from '@rondo/shared/workers/share-running';
import type { Tables } from './tables.ts';

/**
 * The id of the history that the rows of a statement belong to, as an expression of that statement: it costs no round trip, and is
 * never older than the rows.
 */
export const historyIdOfRows = sql<string>`(SELECT id FROM todo_service.history)`;

export async function readHistoryId(database: Kysely<Tables> | Transaction<Tables>): Promise<string> {
  const { id } = await database.selectFrom('todo_service.history').select('id').executeTakeFirstOrThrow();
  return id;
}

const rememberedMs = 1_000;

/**
 * The id of the history, in memory for a second: for the ETags of what was written. An ETag of the history before is refused later,
 * so it does no harm. What may be written is decided by what the database says (`historyIdOfRows`), never by this.
 */
export class RememberedHistory {
  readonly #read: () => Promise<string>;
  #known: { id: string; readMs: number } | undefined;

  constructor(database: Kysely<Tables>) {
    this.#read = shareRunning(async () => {
      const id = await readHistoryId(database);
      this.#known = { id, readMs: performance.now() };
      return id;
    });
  }

  id(): string | Promise<string> {
    const known = this.#known;
    return known && performance.now() - known.readMs < rememberedMs ? known.id : this.#read();
  }
}
