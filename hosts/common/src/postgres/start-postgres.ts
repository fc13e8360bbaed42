import { realpath } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { portOr } from '../free-port.ts';
import { lockInstance } from '../instance-lock.ts';
import { diskFull, saysDiskIsFull, StartError, startErrorOf } from '../start-error.ts';
import { findBinaries } from './binaries.ts';
import { openCluster } from './cluster.ts';
import { ensureDatabase } from './ensure-database.ts';
import { findLauncher, openToUser } from './launcher.ts';
import {
  ServerRefused,
  startServer,
  type PostgresLog,
  type ServerOptions,
  type ServerProcess,
} from './server-process.ts';
import { embeddedSettings, type PostgresSettings } from './settings.ts';
import { stopOrphan } from './stop-orphan.ts';

export type PostgresOptions = {
  /** Made where it is missing. The cluster is in its `postgres`, the password in its `postgres.password`. */
  dataDir: string;
  /** 0 picks a free one. */
  port: number;
  log: PostgresLog;
  /** What differs from `embeddedSettings`. */
  settings?: PostgresSettings;
};

export type EmbeddedPostgres = AsyncDisposable & {
  /** `postgres://rondo:PASSWORD@127.0.0.1:PORT/rondo`, a superuser. */
  url: string;
  /** The last run did not stop cleanly. What it committed is there. */
  recovered: boolean;
  /** Resolves when the server's process is gone, whether it was stopped or died. */
  exited: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL on a data directory of its own, which it locks until `stop`; makes the cluster and the database
 * `rondo` on the first start, and after a `kill -9` of the host stops the server that was left behind.
 * @throws StartError with one line that says what to do
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  await using opened = new AsyncDisposableStack();
  const lock = opened.use(await lockInstance(options.dataDir, 'postgres.lock'));
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
    const leftBehind = await stopOrphan(directory);
    const { postgres } = binaries;
    const { server, port } = await startOnPort(options.port, {
      launcher,
      postgres,
      directory,
      settings,
      log: options.log,
    });
    opened.defer(() => server.stop());
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

const attempts = 100;

/** A free port may be taken before the server has it, and a server that was killed may need a moment to end. */
async function startOnPort(
  wanted: number,
  options: Omit<ServerOptions, 'port'>,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await portOr(wanted);
    try {
      return { server: await startServer({ ...options, port }), port };
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
    `PostgreSQL did not start on ${dataDir}: ${error.message}. Set DATABASE_URL to use one of your own.`,
    { cause: error },
  );
}
