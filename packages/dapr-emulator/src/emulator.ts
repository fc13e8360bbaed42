import { openPool } from '@rondo/postgres/open-pool';
import type { Log } from '@rondo/shared/observability/log';
import { Broker } from './broker/broker.ts';
import type { Component, RetryPolicy } from './sidecar/components.ts';
import { startSidecar, type Sidecar } from './sidecar/sidecar.ts';

export type EngineApp = { app_id: string; http_port: number; app_port: number };

export type EngineOptions = {
  database_url: string;
  host: string;
  apps: EngineApp[];
  api_token: string;
  app_token: string;
  components: Component[];
  retry?: RetryPolicy;
  log: Log;
};

export type Engine = AsyncDisposable & { sidecars: Map<string, Sidecar> };

/** Starts one broker and a sidecar for each app on it. Stops the sidecars first, then the broker. */
export async function startEngine({
  database_url: databaseUrl,
  apps,
  ...shared
}: EngineOptions): Promise<Engine> {
  await using opened = new AsyncDisposableStack();
  const broker = opened.use(await Broker.open({ url: databaseUrl, log: shared.log }));
  const database = openPool(databaseUrl, 'rondo sidecars', 4);
  opened.defer(() => database.end());
  const sidecars = new Map<string, Sidecar>();
  for (const app of apps)
    sidecars.set(app.app_id, opened.use(await startSidecar({ ...shared, ...app, broker, database })));
  const resources = opened.move();
  return { sidecars, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
