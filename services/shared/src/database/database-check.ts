import { sql, type Kysely } from 'kysely';
import type { DependencyCheck } from '../http/health.ts';

/** Checks that PostgreSQL answers and can be written. A service with a database can't work without it. */
export function databaseCheck<Tables>(database: Kysely<Tables>): DependencyCheck {
  return {
    name: 'database',
    isRequired: true,
    async check() {
      const { rows } = await sql<{ is_read_only: boolean }>`
        SELECT current_setting('transaction_read_only') = 'on' AS is_read_only`.execute(database);
      if (!rows[0]?.is_read_only) return { status: 'up' };
      return { status: 'degraded', detail: 'PostgreSQL is read-only: nothing can be written' };
    },
  };
}
