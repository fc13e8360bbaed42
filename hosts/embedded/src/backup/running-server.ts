import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '@rondo/shared/observability/log';
import { Client } from 'pg';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';
import { StartError } from '@rondo/host-common/start-error';

export type Server = AsyncDisposable & {
  /** `postgres://rondo:PASSWORD@127.0.0.1:PORT/`, a superuser. */
  url: string;
};

/**
 * Connects to the server of a data directory, or starts it until disposal if no host is running.
 * @throws StartError if there is no cluster, or its server does not respond
 */
export async function serverOf(dataDir: string): Promise<Server> {
  const version = await readText(join(dataDir, 'postgres', 'PG_VERSION'));
  if (version === undefined)
    throw new StartError(
      `${dataDir} contains no database: set RONDO_DATA_DIR to the right directory, or back up your own PostgreSQL with pg_dump.`,
    );
  const running = await findRunning(dataDir);
  if (running !== undefined) return { url: running, [Symbol.asyncDispose]: () => Promise.resolve() };
  const started = await startPostgres({ dataDir, port: 0, log: createLog('backup', 'silent') });
  const url = new URL('/', started.url).href;
  return { url, [Symbol.asyncDispose]: () => started.stop() };
}

/** The fourth line of `postmaster.pid` is the port. A killed server leaves the file behind, but does not respond. */
async function findRunning(dataDir: string): Promise<string | undefined> {
  const pidFile = await readText(join(dataDir, 'postgres', 'postmaster.pid'));
  const password = await readText(join(dataDir, 'postgres.password'));
  const port = pidFile?.split('\n')[3];
  if (!port || password === undefined) return undefined;
  const url = `postgres://rondo:${password}@127.0.0.1:${port}/`;
  const client = new Client({ connectionString: `${url}postgres` });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return url;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const readText = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
