import { sql, type Kysely } from 'kysely';
import type { DependencyCheck } from '../http/health.ts';

/** Checks that PostgreSQL answers. A service with a database can't work without it. */
export function databaseCheck<Tables>(database: Kysely<Tables>): DependencyCheck {
  return {
    name: 'database',
    isRequired: true,
    async check() {
      await sql`SELECT 1`.execute(database);
      return { status: 'up' };
    },
  };
}
