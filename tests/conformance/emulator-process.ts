import { Broker } from '@rondo/dapr-emulator/broker/broker';
import { silentLog } from '@rondo/dapr-emulator/log';
import type { Component } from '@rondo/dapr-emulator/sidecar/components';
import { startSidecar, type Sidecar } from '@rondo/dapr-emulator/sidecar/sidecar';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';

/** A message to this process. The answer has the same number. */
export type Order =
  | { order: number; kind: 'start'; sidecar: SidecarOrder }
  | { order: number; kind: 'stop'; httpPort: number };

export type SidecarOrder = {
  appId: string;
  appPort: number;
  appToken: string;
  apiToken: string;
  httpPort: number;
};

export type Answer = { order: number; error?: string };

// Broker and sidecars of the emulator in a process of their own, so that a test can kill them.
const { url, components } = JSON.parse(process.argv[2] ?? '') as { url: string; components: Component[] };
// A killed process holds the database until PostgreSQL notices the closed connection.
const broker = await eventually(() => Broker.open({ url }));
const database = openPool(url, 'conformance', 4);
const sidecars = new Map<number, Sidecar>();

async function execute(order: Order): Promise<void> {
  if (order.kind === 'start') {
    const options = { host: '127.0.0.1', broker, database, components, log: silentLog };
    const retry = { initialMs: 5, maxMs: 20 };
    sidecars.set(order.sidecar.httpPort, await startSidecar({ ...options, ...order.sidecar, retry }));
    return;
  }
  await sidecars.get(order.httpPort)?.[Symbol.asyncDispose]();
  sidecars.delete(order.httpPort);
}

process.on('message', (order: Order) => {
  execute(order).then(
    () => process.send?.({ order: order.order } satisfies Answer),
    (error: unknown) => process.send?.({ order: order.order, error: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => {
  void (async () => {
    for (const sidecar of sidecars.values()) await sidecar[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    await database.end();
  })();
});
