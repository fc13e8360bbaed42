import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseEngineSettings } from '@rondo/host-dapr/settings';
import { startDaprHost, type DaprHost } from '@rondo/host-dapr/host';
import { openIssuer } from '@rondo/gateway/issuer';
import { topics } from '@rondo/shared/contracts/topics';
import { openPool } from '@rondo/postgres/open-pool';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { isRealEngine, startHostProcess, type HostProcess } from './host-process.ts';
import { rewind } from './rewind.ts';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.ts';
import { personAt, type Person } from './person.ts';

/** An installation on the engine under test, and the operations that tests use. */
export type Installation = {
  url: () => string;
  person(name: string): Promise<Person>;
  postgres: OwnPostgres;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Redelivers all events of `task-events` to all consumers. */
  replay(): Promise<void>;
  /** Kafka, sidecars and services as processes; undefined on the embedded engine. */
  engine: DaprHost | undefined;
};

const consumersOfEvents = serviceRegistry
  .filter((entry) => entry.topics.consumes.includes(topics.taskEvents))
  .map(({ name }) => name);

/** Starts an installation with an empty database. Stops it after the test, its database last. */
export async function openInstallation(
  t: TestContext,
  env: Record<string, string> = {},
): Promise<Installation> {
  // Hooks run in registration order. A single hook can stop everything in reverse order.
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'rondo-installation-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const dataDir = join(directory, 'data');
  const postgres = await startOwnPostgres(join(directory, 'database'));
  opened.defer(() => postgres.stop());
  const given = { ...env, DATABASE_URL: postgres.url, RONDO_DATA_DIR: dataDir, RONDO_PORT: '0' };
  const running = isRealEngine ? await onRealEngine(given) : await onEmbeddedEngine(dataDir, given);
  opened.defer(() => running.stop());
  const pool = openPool(postgres.url, 'tests', 1);
  opened.defer(() => pool.end());
  const query = async (text: string, values: unknown[] = []) =>
    (await pool.query<Record<string, unknown>>(text, values)).rows;
  const issuer = await openIssuer(dataDir);
  const resources = opened.move();
  t.after(() => resources.disposeAsync());
  return {
    url: running.url,
    person: async (name) => personAt(running.url, name, await issuer.tokenFor(name)),
    postgres,
    query,
    replay: () => running.replay(query),
    engine: running.engine,
  };
}

type Running = Pick<Installation, 'url' | 'engine'> & {
  replay(query: Installation['query']): Promise<void>;
  stop(): Promise<void>;
};

async function onEmbeddedEngine(dataDir: string, env: Record<string, string>): Promise<Running> {
  let host: HostProcess = await startHostProcess(dataDir, env);
  return {
    url: () => host.endpoints.url,
    engine: undefined,
    async replay(query) {
      await host.end('SIGTERM');
      await query('UPDATE dapr_embedded.group_offsets SET next_offset = 0 WHERE topic = $1', [
        topics.taskEvents,
      ]);
      host = await startHostProcess(dataDir, env);
    },
    async stop() {
      await host.end('SIGTERM');
    },
  };
}

async function onRealEngine(env: Record<string, string>): Promise<Running> {
  const settings = parseEngineSettings({
    ...process.env,
    RONDO_RATE_LIMIT_PER_SECOND: '0',
    LOG_LEVEL: 'warn',
    ...env,
  });
  const engine = await startDaprHost(settings, (line) => void process.stderr.write(`${line}\n`));
  return {
    url: () => engine.url,
    engine,
    async replay() {
      const pairs = engine.pairs.filter(({ name }) => consumersOfEvents.includes(name));
      await Promise.all(pairs.map((pair) => pair.stop()));
      await rewind(engine.kafkaAddress, consumersOfEvents);
      await Promise.all(pairs.map((pair) => pair.start()));
    },
    stop: () => engine.stop(),
  };
}
