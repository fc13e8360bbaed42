import { resolve } from 'node:path';
import { migrate } from '@rondo/postgres/migrations';
import type { Log } from '@rondo/shared/observability/log';

const services = resolve(import.meta.dirname, '../../services');

/** The schemas of the services that keep anything; the same as their definitions say. */
export const schemas = ['todo', 'audit', 'notification', 'recurring-task'].map((name) => ({
  schema: `${name.replaceAll('-', '_')}_service`,
  directory: resolve(services, `${name}-service/migrations`),
}));

/** Brings every schema up to date. @throws MigrationError, as `migrate` does */
export async function migrateSchemas(databaseUrl: string, log: Log): Promise<void> {
  for (const schema of schemas) await migrate(databaseUrl, { ...schema, log });
}
