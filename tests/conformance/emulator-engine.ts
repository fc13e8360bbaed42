import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { portOr } from '@rondo/host-common/free-port';
import type { Component } from '@rondo/dapr-emulator/sidecar/components';
import { openPool } from '@rondo/postgres/open-pool';
import { createTestDatabase } from '@rondo/shared/test/database';
import type { Answer, Order, SidecarOrder } from './emulator-process.ts';
import { scopedTo, type OpenEngine } from './engine.ts';

const apiToken = 'api-token-of-conformance';

/** Starts the emulator on a new database, with broker and sidecars in one process that a test can kill. */
export const openEmulatorEngine: OpenEngine = async (t, secrets) => {
  const { url } = await createTestDatabase(t);
  const argument = JSON.stringify({ url, components: componentsWith(secrets) });
  const sidecars = new Set<SidecarOrder>();
  let emulator = startProcess(argument);
  t.after(async () => {
    emulator.child.disconnect();
    await once(emulator.child, 'exit');
  });

  async function crash(): Promise<void> {
    emulator.child.kill('SIGKILL');
    await once(emulator.child, 'exit');
    emulator = startProcess(argument);
    for (const sidecar of sidecars) await emulator.send({ kind: 'start', sidecar });
  }

  return {
    pubsub: 'pubsub',
    fanout: 'fanout',
    statestore: 'state',
    secretstore: 'secrets',
    topic: () => `topic-${randomUUID()}`,
    async startSidecar(appId, app) {
      const sidecar = {
        appId,
        appPort: app.port,
        appToken: app.appToken,
        apiToken,
        httpPort: await portOr(0),
      };
      const start = () => emulator.send({ kind: 'start', sidecar });
      const stop = () => emulator.send({ kind: 'stop', httpPort: sidecar.httpPort });
      await start();
      sidecars.add(sidecar);
      return {
        url: `http://127.0.0.1:${sidecar.httpPort}`,
        apiToken,
        async stop() {
          sidecars.delete(sidecar);
          await stop();
        },
        async restart() {
          await stop();
          await start();
        },
        crash,
      };
    },
    crash,
    stopBroker: () => allowConnections(url, false),
    startBroker: () => allowConnections(url, true),
  };
};

function componentsWith(secrets: Record<string, Record<string, string>>): Component[] {
  return [
    {
      type: 'pubsub.kafka',
      name: 'pubsub',
      consumerGroup: '{appID}',
      initialOffset: 'oldest',
      publishingScopes: { scoped: [scopedTo.publishing] },
      subscriptionScopes: { scoped: [scopedTo.subscribing] },
    },
    { type: 'pubsub.kafka', name: 'fanout', consumerGroup: '{uuid}', initialOffset: 'newest' },
    { type: 'state.postgresql', name: 'state' },
    { type: 'secretstores.local.file', name: 'secrets', secrets },
  ];
}

type WithoutNumber<Numbered> = Numbered extends unknown ? Omit<Numbered, 'order'> : never;

function startProcess(argument: string): {
  child: ChildProcess;
  send(order: WithoutNumber<Order>): Promise<void>;
} {
  const child = fork(join(import.meta.dirname, 'emulator-process.ts'), [argument]);
  const waiting = new Map<number, (answer: Answer) => void>();
  let sent = 0;
  const answer = (reply: Answer) => {
    waiting.get(reply.order)?.(reply);
    waiting.delete(reply.order);
  };
  child.on('message', answer);
  child.once('exit', () => {
    for (const order of waiting.keys()) answer({ order, error: 'the process of the emulator ended' });
  });
  return {
    child,
    async send(order) {
      const number = sent++;
      const answered = new Promise<Answer>((resolve) => waiting.set(number, resolve));
      child.send({ ...order, order: number });
      const { error } = await answered;
      if (error !== undefined) throw new Error(error);
    },
  };
}

/** Makes the broker unavailable: its PostgreSQL database closes all connections and accepts no new ones. */
async function allowConnections(url: string, isAllowed: boolean): Promise<void> {
  const server = new URL(url);
  const database = server.pathname.slice(1);
  server.pathname = '/postgres';
  const pool = openPool(server.href, 'conformance', 1);
  try {
    await pool.query(`ALTER DATABASE "${database}" WITH ALLOW_CONNECTIONS ${isAllowed}`);
    if (!isAllowed)
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        database,
      ]);
  } finally {
    await pool.end();
  }
}
