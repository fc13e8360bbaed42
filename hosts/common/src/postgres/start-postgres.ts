import { realpath } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { portOr } from '../free-port.ts';
import { lockInstance } from '../instance-lock.ts';
import { diskFull, saysDiskIsFull, StartError, startErrorOf } from '../start-error.ts';
import { findBinaries } from './binaries.ts';
import { openCluster } from './cluster.ts';
import { ensureDatabase } from './ensure-database.ts';
import { KeptServer } from './kept-server.ts';
import { findLauncher, openToUser } from './launcher.ts';
import { lockServer } from './server-lock.ts';
import {
  ServerRefused,
  startServer,
  type PostgresLog,
  type ServerOptions,
  type ServerProcess,
} from './server-process.ts';
import { embeddedSettings, type PostgresSettings } from './settings.ts';

export type PostgresOptions = {
  /** Created if it is missing. It contains the cluster (`postgres`) and the password (`postgres.password`). */
  dataDir: string;
  /** 0 picks a free port. */
  port: number;
  log: PostgresLog;
  /** Overrides of `embeddedSettings`. */
  settings?: PostgresSettings;
  /** Starts a server that exits again, and prints that it does. Without it, `exited` tells the caller. */
  keep?: { say: (line: string) => void };
};

export type EmbeddedPostgres = AsyncDisposable & {
  /** `postgres://rondo:PASSWORD@127.0.0.1:PORT/rondo`, a superuser. */
  url: string;
  /** Whether the last run did not stop cleanly. Its committed data was recovered. */
  recovered: boolean;
  /** Resolves when the server has stopped or crashed for the first time. */
  exited: Promise<unknown>;
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL on a data directory, and locks the directory until `stop`. The first start creates the cluster and the
 * database `rondo`. If the last host was killed, the server that it left behind is stopped first.
 * @throws StartError with one line that says what to do
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  await using opened = new AsyncDisposableStack();
  const lock = opened.use(
    await lockInstance(options.dataDir, { name: 'postgres.lock', say: options.keep?.say }),
  );
  try {
    const dataDir = await realpath(options.dataDir);
    const [binaries, launcher] = await Promise.all([findBinaries(), findLauncher()]);
    const settings = { ...embeddedSettings, ...options.settings };
    await openToUser(launcher, binaries.postgres, dataDir);
    const { directory, password } = await openCluster({
      dataDir,
      launcher,
      initdb: binaries.initdb,
      isDurable: settings['fsync'] !== 'off',
    });
    const { postgres } = binaries;
    const process = { launcher, postgres, directory, settings, log: options.log };
    const { server, port, leftBehind } = await startOnPort(options.port, process);
    opened.use(options.keep ? keep(server, { ...process, port, ...options.keep }) : disposable(server));
    const url = await ensureDatabase(`postgres://rondo:${password}@127.0.0.1:${port}`, 'rondo');
    const resources = opened.move();
    const stop = () => resources.disposeAsync();
    return {
      url,
      recovered: lock.wasStale || leftBehind,
      exited: server.exited,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    throw explain(error, options);
  }
}

function keep(
  server: ServerProcess,
  options: UnlockedOptions & { port: number; say: (line: string) => void },
): KeptServer {
  const { port, log, say } = options;
  const start = async (signal: AbortSignal): Promise<ServerProcess> =>
    (await startOnPort(port, { ...options, signal })).server;
  return new KeptServer(server, { start, log, say });
}

const disposable = (server: ServerProcess): AsyncDisposable => ({
  [Symbol.asyncDispose]: () => server.stop(),
});

const attempts = 100;

type UnlockedOptions = Omit<ServerOptions, 'port' | 'lock'>;

/** Locks the cluster for the server. Retries, because another program may take the free port first, and a killed server may still be exiting. */
async function startOnPort(
  wanted: number,
  options: UnlockedOptions,
): Promise<{ server: ServerProcess; port: number; leftBehind: boolean }> {
  // The server keeps the lock when this process closes the file.
  await using lock = await lockServer(options.directory);
  const { leftBehind } = lock;
  for (let attempt = 1; ; attempt += 1) {
    const port = await portOr(wanted);
    try {
      return { server: await startServer({ ...options, port, lock }), port, leftBehind };
    } catch (error) {
      const mayRetry =
        error instanceof ServerRefused && (error.isStillEnding || (error.isPortInUse && wanted === 0));
      if (!mayRetry || attempt === attempts) throw error;
      await pause(50);
    }
  }
}

function explain(error: unknown, { dataDir, port }: PostgresOptions): unknown {
  if (!(error instanceof ServerRefused)) return startErrorOf(error, dataDir);
  if (saysDiskIsFull(error.output)) return diskFull(dataDir, error);
  if (error.isPortInUse) {
    return new StartError(
      `Port ${port} (PostgreSQL) is in use: stop the program that listens there, or set RONDO_POSTGRES_PORT to another port.`,
      { cause: error },
    );
  }
  return new StartError(
    `PostgreSQL did not start on ${dataDir}: ${error.message}. Set DATABASE_URL to use your own PostgreSQL.`,
    { cause: error },
  );
}
