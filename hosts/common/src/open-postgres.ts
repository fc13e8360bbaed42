import type { Log } from '@rondo/shared/observability/log';
import { checkGivenDatabase } from './given-database.ts';
import { startPostgres, type EmbeddedPostgres } from './postgres/start-postgres.ts';
import type { HostSettings } from './settings.ts';

/** The database of an installation: embedded, or the user's own. */
export type OpenPostgres = Pick<EmbeddedPostgres, 'url' | 'recovered'> & AsyncDisposable;

/**
 * Starts PostgreSQL on the data directory and keeps it running, unless the settings have a DATABASE_URL.
 * @param say prints a line in the terminal
 * @throws StartError that says what to do
 */
export async function openPostgres(
  settings: HostSettings,
  { say, log }: { say: (line: string) => void; log: Log },
): Promise<OpenPostgres> {
  const { dataDir, databaseUrl: given, postgresPort: port } = settings;
  if (given === undefined) return startPostgres({ dataDir, port, log, keep: { say } });
  await checkGivenDatabase(given);
  return {
    url: given,
    recovered: false,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
