import { sql, type Kysely } from 'kysely';
import type { DependencyCheck } from '../http/health.ts';

/** Whether PostgreSQL answers. Without it a service that has one can't. */
export function databaseCheck<Tables>(database: Kysely<Tables>): DependencyCheck {
  return {
    name: 'database',
    is_required: true,
    async check() {
      await sql`SELECT 1`.execute(database);
      return { status: 'up' };
    },
  };
}
