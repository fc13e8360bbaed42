import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { portOr } from '@rondo/host-common/free-port';
import type { Component } from '@rondo/dapr-emulator/sidecar/components';
import { openPool } from '@rondo/postgres/open-pool';
import { createTestDatabase } from '@rondo/shared/test/database';
import type { Answer, Order, SidecarOrder } from './embedded-process.ts';
import { scopedTo, type OpenEngine } from './engine.ts';

const apiToken = 'api-token-of-conformance';

/** The embedded engine on a database of its own, broker and sidecars in one process as `npm start` has them. */
export const openEmbeddedEngine: OpenEngine = async (t, secrets) => {
  const { url } = await createTestDatabase(t);
  const given = JSON.stringify({ url, components: componentsWith(secrets) });
  const sidecars = new Set<SidecarOrder>();
  let engine = startProcess(given);
  t.after(async () => {
    engine.child.disconnect();
    await once(engine.child, 'exit');
  });

  async function crash(): Promise<void> {
    engine.child.kill('SIGKILL');
    await once(engine.child, 'exit');
    engine = startProcess(given);
    for (const sidecar of sidecars) await engine.tell({ kind: 'start', sidecar });
  }

  return {
    pubsub: 'pubsub',
    fanout: 'fanout',
    statestore: 'state',
    secretstore: 'secrets',
    topic: () => `topic-${randomUUID()}`,
    async startSidecar(appId, app) {
      const sidecar = {
        app_id: appId,
        app_port: app.port,
        app_token: app.app_token,
        api_token: apiToken,
        http_port: await portOr(0),
      };
      const start = () => engine.tell({ kind: 'start', sidecar });
      const stop = () => engine.tell({ kind: 'stop', http_port: sidecar.http_port });
      await start();
      sidecars.add(sidecar);
      return {
        url: `http://127.0.0.1:${sidecar.http_port}`,
        api_token: apiToken,
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
    stopBroker: () => letIn(url, false),
    startBroker: () => letIn(url, true),
  };
};

function componentsWith(secrets: Record<string, Record<string, string>>): Component[] {
  return [
    {
      type: 'pubsub.kafka',
      name: 'pubsub',
      consumer_group: '{appID}',
      initial_offset: 'oldest',
      publishing_scopes: { scoped: [scopedTo.publishing] },
      subscription_scopes: { scoped: [scopedTo.subscribing] },
    },
    { type: 'pubsub.kafka', name: 'fanout', consumer_group: '{uuid}', initial_offset: 'newest' },
    { type: 'state.postgresql', name: 'state' },
    { type: 'secretstores.local.file', name: 'secrets', secrets },
  ];
}

type Unnumbered<Numbered> = Numbered extends unknown ? Omit<Numbered, 'order'> : never;

function startProcess(given: string): {
  child: ChildProcess;
  tell(order: Unnumbered<Order>): Promise<void>;
} {
  const child = fork(join(import.meta.dirname, 'embedded-process.ts'), [given]);
  const waiting = new Map<number, (answer: Answer) => void>();
  let orders = 0;
  child.on('message', (answer: Answer) => waiting.get(answer.order)?.(answer));
  return {
    child,
    async tell(order) {
      const number = orders++;
      const answered = new Promise<Answer>((resolve) => waiting.set(number, resolve));
      child.send({ ...order, order: number });
      const { error } = await answered;
      if (error !== undefined) throw new Error(error);
    },
  };
}

/** The embedded broker is PostgreSQL: without it, connections end and no other is let in, as when it dies. */
async function letIn(url: string, isLetIn: boolean): Promise<void> {
  const server = new URL(url);
  const database = server.pathname.slice(1);
  server.pathname = '/postgres';
  const pool = openPool(server.href, 'conformance', 1);
  try {
    await pool.query(`ALTER DATABASE "${database}" WITH ALLOW_CONNECTIONS ${isLetIn}`);
    if (!isLetIn)
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        database,
      ]);
  } finally {
    await pool.end();
  }
}
