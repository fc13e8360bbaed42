import { randomUUID } from 'node:crypto';
import { Broker } from '@rondo/embedded/broker/broker';
import type { Component } from '@rondo/embedded/sidecar/components';
import { startSidecar, type Sidecar } from '@rondo/embedded/sidecar/sidecar';
import { openPool } from '@rondo/shared/runtime/database';
import { createLog } from '@rondo/shared/runtime/log';
import { createTestDatabase } from '@rondo/shared/test/database';
import type { OpenEngine } from './engine.ts';

const apiToken = 'api-token-of-conformance';

/** The embedded sidecar on a database of its own. */
export const openEmbeddedEngine: OpenEngine = async (t, secrets) => {
  const { url } = await createTestDatabase(t);
  const log = createLog('conformance', 'silent');
  const components: Component[] = [
    {
      type: 'pubsub.kafka',
      name: 'pubsub',
      consumer_group: '{appID}',
      initial_offset: 'oldest',
      publishing_scopes: { scoped: ['allowed'] },
    },
    { type: 'pubsub.kafka', name: 'fanout', consumer_group: '{uuid}', initial_offset: 'newest' },
    { type: 'state.postgresql', name: 'state' },
    { type: 'secretstores.local', name: 'secrets', secrets },
  ];
  const database = openPool(url, 'conformance', 4);
  let broker = await Broker.open({ url, log });
  const sidecars = new Set<{ start(): Promise<void>; stop(): Promise<void> }>();
  t.after(async () => {
    for (const sidecar of sidecars) await sidecar.stop();
    await broker[Symbol.asyncDispose]();
    await database.end();
  });

  return {
    pubsub: 'pubsub',
    fanout: 'fanout',
    statestore: 'state',
    secretstore: 'secrets',
    topic: () => `topic-${randomUUID()}`,
    async startSidecar(appId, app) {
      let running: Sidecar | undefined;
      let port = 0;
      const handle = {
        async start() {
          running = await startSidecar({
            app_id: appId,
            host: '127.0.0.1',
            http_port: port,
            app_port: app.port,
            api_token: apiToken,
            app_token: app.app_token,
            broker,
            database,
            components,
            retry: { initial_ms: 5, max_ms: 20 },
            log,
          });
          port = Number(new URL(running.url).port);
        },
        async stop() {
          await running?.[Symbol.asyncDispose]();
          running = undefined;
        },
      };
      await handle.start();
      sidecars.add(handle);
      return {
        url: `http://127.0.0.1:${port}`,
        api_token: apiToken,
        async stop() {
          sidecars.delete(handle);
          await handle.stop();
        },
      };
    },
    async restartBroker() {
      for (const sidecar of sidecars) await sidecar.stop();
      await broker[Symbol.asyncDispose]();
      broker = await Broker.open({ url, log });
      for (const sidecar of sidecars) await sidecar.start();
    },
  };
};
