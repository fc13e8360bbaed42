import { openPool } from '@rondo/postgres/open-pool';
import { Broker } from './broker/broker.ts';
import { silentLog, type Log } from './log.ts';
import type { Component, RetryPolicy } from './sidecar/components.ts';
import { startSidecar, type Sidecar } from './sidecar/sidecar.ts';

/** An app that listens on `appPort`, and the port of its sidecar. Port 0 picks a free one. */
export type EmulatedApp = { appId: string; httpPort: number; appPort: number };

export type EmulatorOptions = {
  /** A PostgreSQL database. The emulator creates the schema `dapr_embedded`, unless it `isMigrated`. */
  databaseUrl: string;
  /** Whether `migrateEmulator` ran before. Then the user of `databaseUrl` needs rights on the rows only. */
  isMigrated?: boolean;
  /** The address of the sidecars and of the apps. */
  host: string;
  apps: EmulatedApp[];
  /** The token that apps send to their sidecars in `dapr-api-token`. */
  apiToken: string;
  /** The token that sidecars send to their apps in `dapr-api-token`. */
  appToken: string;
  components: Component[];
  retry?: RetryPolicy;
  log?: Log;
};

/** `sidecars` are by app id. */
export type Emulator = AsyncDisposable & { sidecars: Map<string, Sidecar> };

/**
 * Starts a broker and a sidecar for each app. Disposing it stops the sidecars first, then the broker.
 * @throws EmulatorError if another emulator uses the database or a port is in use
 */
export async function startEmulator({
  databaseUrl,
  isMigrated = false,
  apps,
  log = silentLog,
  ...shared
}: EmulatorOptions): Promise<Emulator> {
  await using opened = new AsyncDisposableStack();
  const broker = opened.use(await Broker.open({ url: databaseUrl, isMigrated, log }));
  const database = openPool(databaseUrl, 'dapr-emulator sidecars', 4);
  opened.defer(() => database.end());
  const sidecars = new Map<string, Sidecar>();
  for (const app of apps)
    sidecars.set(app.appId, opened.use(await startSidecar({ ...shared, ...app, broker, database, log })));
  const resources = opened.move();
  return { sidecars, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
