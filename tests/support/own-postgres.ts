import { join } from 'node:path';
import { startPostgres, type EmbeddedPostgres } from '@rondo/host-common/postgres/start-postgres';
import { createLog } from '@rondo/shared/observability/log';
import { freezePostgres, postmasterOf } from './frozen-postgres.ts';

/** A PostgreSQL that a test can stop, crash and restart, on the same port and data. */
export type OwnPostgres = {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Simulates a crash: all processes end at once, and the next start recovers. */
  crash(): Promise<void>;
  /** Suspends it with all its sessions. @returns what resumes it */
  freeze(): () => void;
};

const log = createLog('tests', 'silent');

/** The caller stops it, after all its clients have ended. */
export async function startOwnPostgres(dataDir: string): Promise<OwnPostgres> {
  let server: EmbeddedPostgres = await startPostgres({ dataDir, port: 0, log });
  const port = Number(new URL(server.url).port);
  return {
    url: server.url,
    async start() {
      server = await startPostgres({ dataDir, port, log });
    },
    stop: () => server.stop(),
    async crash() {
      process.kill(postmasterOf(join(dataDir, 'postgres')), 'SIGQUIT');
      await server.exited;
      await server.stop();
    },
    freeze: () => freezePostgres(join(dataDir, 'postgres')),
  };
}
