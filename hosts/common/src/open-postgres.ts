import type { Log } from '@rondo/shared/observability/log';
import { checkGivenDatabase } from './given-database.ts';
import { startPostgres, type EmbeddedPostgres } from './postgres/start-postgres.ts';
import type { HostSettings } from './settings.ts';

/** The database of an installation: embedded, or the user's own. */
export type OpenPostgres = Pick<EmbeddedPostgres, 'url' | 'recovered' | 'exited'> & AsyncDisposable;

/** Starts PostgreSQL on the data directory, unless the settings have a DATABASE_URL. @throws StartError that says what to do */
export async function openPostgres(settings: HostSettings, log: Log): Promise<OpenPostgres> {
  const { dataDir, databaseUrl: given, postgresPort: port } = settings;
  if (given === undefined) return startPostgres({ dataDir, port, log });
  await checkGivenDatabase(given);
  return {
    url: given,
    recovered: false,
    exited: new Promise(() => undefined),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
