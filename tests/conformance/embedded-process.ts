import { Broker } from '@rondo/dapr-emulator/broker/broker';
import type { Component } from '@rondo/dapr-emulator/sidecar/components';
import { startSidecar, type Sidecar } from '@rondo/dapr-emulator/sidecar/sidecar';
import { openPool } from '@rondo/postgres/open-pool';
import { createLog } from '@rondo/shared/observability/log';
import { eventually } from '@rondo/shared/test/eventually';

/** What this process is told. Each is answered by the address of the sidecar, or by an error. */
export type Order =
  | { order: number; kind: 'start'; sidecar: SidecarOrder }
  | { order: number; kind: 'stop'; http_port: number };

export type SidecarOrder = {
  app_id: string;
  app_port: number;
  app_token: string;
  api_token: string;
  http_port: number;
};

export type Answer = { order: number; error?: string };

/** Broker and sidecars of the embedded engine in a process of their own, so that a test can kill them. */
const { url, components } = JSON.parse(process.argv[2] ?? '') as { url: string; components: Component[] };
const log = createLog('conformance', 'silent');
// Whoever was killed holds the database until PostgreSQL sees its connection closed.
const broker = await eventually(() => Broker.open({ url, log }));
const database = openPool(url, 'conformance', 4);
const sidecars = new Map<number, Sidecar>();

async function carryOut(order: Order): Promise<void> {
  if (order.kind === 'start') {
    const options = { host: '127.0.0.1', broker, database, components, log };
    const retry = { initial_ms: 5, max_ms: 20 };
    sidecars.set(order.sidecar.http_port, await startSidecar({ ...options, ...order.sidecar, retry }));
    return;
  }
  await sidecars.get(order.http_port)?.[Symbol.asyncDispose]();
  sidecars.delete(order.http_port);
}

process.on('message', (order: Order) => {
  carryOut(order).then(
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
