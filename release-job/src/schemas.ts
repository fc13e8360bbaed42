import { migrate } from '@rondo/postgres/migrations';
import type { Log } from '@rondo/shared/observability/log';
import { migrationsOf, serviceRegistry } from '@rondo/shared/service-registry';

/** The migrations of every service that has a schema. */
export const schemas = serviceRegistry.flatMap((entry) => migrationsOf(entry));

/** Brings every schema up to date. @throws MigrationError, as `migrate` does */
export async function migrateSchemas(databaseUrl: string, log: Log): Promise<void> {
  for (const schema of schemas) await migrate(databaseUrl, { ...schema, log });
}
