import type { Kysely } from 'kysely';
import { Type, type Static, type TObject } from 'typebox';
import { parseEnvironment } from './config.ts';
import { databaseCheck } from './database/database-check.ts';
import { openDatabase } from './database/database.ts';
import type { DependencyCheck } from './http/health.ts';
import { createConsumerProgress } from './messaging/consumer-progress.ts';
import { addConsumerRoutes } from './messaging/consumer-routes.ts';
import { deadLetterRetention } from './messaging/dead-letters.ts';
import { inboxRetention } from './messaging/inbox.ts';
import { createRedrive } from './messaging/redrive-understood.ts';
import { Relay } from './messaging/relay.ts';
import type { OwnDatabase } from './messaging/declare-consumer.ts';
import type {
  ServiceBase,
  ServiceDefinition,
  ServiceDescription,
  ServiceParts,
  ServiceRuntime,
} from './service-definition.ts';
import { writersOf } from './service-registry.ts';
import { createRetentionWorker } from './workers/retention.ts';
import type { Worker } from './workers/worker.ts';

/** Declares a service. `src/service.ts` exports the result as `service`. */
export function defineService<Context, Tables = undefined, Settings extends TObject = TObject>(
  service: ServiceDescription<Tables, Settings, Context>,
): ServiceDefinition {
  const { name, description, settings = Type.Object({}) } = service;
  return { name, description, settings, build: (runtime) => build(service, runtime) };
}

/** Opens the database, makes the context, and of it the consumers and the workers. */
async function build<Tables, Settings extends TObject, Context>(
  service: ServiceDescription<Tables, Settings, Context>,
  runtime: ServiceRuntime,
): Promise<ServiceParts> {
  const { name, outbox } = service;
  const { dapr, clock, ids, telemetry } = runtime;
  const settings = parseEnvironment(service.settings ?? Type.Object({}), runtime.env) as Static<Settings>;
  const database = openOwnDatabase<Tables>(name, runtime.database, settings);
  const workers = new Map<string, Worker>();
  const wake = (worker: string) => wakeWorker(workers, worker);
  const reads = openReads<Tables>(name, database, settings);
  const base = {
    database: database?.handle,
    reads,
    dapr,
    clock,
    ids,
    telemetry,
    wake,
  } as ServiceBase<Tables>;
  const ctx = await service.context(base, settings);

  const checks: DependencyCheck[] = [];
  const writers = (topic: string) => writersOf(topic, runtime.entry);
  const consumers = (service.consumers ?? []).map((declared) =>
    declared({ ctx, database, telemetry, wake, writersOf: writers }),
  );
  const progress = createConsumerProgress({ metrics: telemetry.metrics, now: () => performance.now() });
  if (database) checks.push(databaseCheck(database.handle));
  if (database && outbox) {
    const isBusy = (part: string) =>
      workers.get(part)?.isBehind ?? consumers.some(({ topic, isBusy }) => topic === part && isBusy());
    const relay = new Relay({
      databaseUrl: database.url,
      name,
      outbox: outbox.of(database.schema),
      schema: database.schema,
      dapr,
      clock,
      ...telemetry,
      pressure: () => outbox.pressure?.(ctx, isBusy) ?? 0,
      backlogPerSecond: outbox.backlogPerSecond?.(settings),
    });
    workers.set('relay', relay);
    checks.push({ name: 'relay', isRequired: false, check: () => relay.health() });
  }
  for (const [worker, create] of Object.entries(service.workers ?? {}))
    workers.set(worker, create(ctx, settings));
  if (database) {
    const { handle, schema } = database;
    const own = service.retention?.(ctx, settings) ?? [];
    const shared =
      consumers.length > 0 ? [inboxRetention(handle, schema), deadLetterRetention(handle, schema)] : [];
    if (consumers.length > 0)
      workers.set('redrive', createRedrive(handle, { schema, consumers, log: telemetry.log }));
    workers.set('retention', createRetentionWorker([...own, ...shared], { clock, ...telemetry }));
  }
  if (consumers.length > 0) checks.push(progress.check);
  checks.push(...(service.checks?.(ctx) ?? []));

  return {
    addRoutes(app) {
      for (const addRoutes of service.routes) addRoutes(app, ctx);
      const appToken = runtime.settings.APP_API_TOKEN;
      if (consumers.length > 0)
        addConsumerRoutes(app, {
          service: name,
          database,
          consumers,
          progress,
          appToken,
          dapr,
          clock,
          telemetry,
        });
    },
    workers: [...workers.values()],
    checks,
    async close() {
      await service.close?.(ctx);
      if (reads !== database?.handle) await reads?.destroy();
      await database?.handle.destroy();
    },
  };
}

function openOwnDatabase<Tables>(
  name: string,
  database: ServiceRuntime['database'],
  settings: object,
): OwnDatabase<Tables> | undefined {
  if (!database) return undefined;
  const { DATABASE_CONNECTIONS: connections } = settings as { DATABASE_CONNECTIONS?: number };
  return { ...database, handle: openDatabase<Tables>(database.url, name, connections) };
}

/** Opens a pool of `READ_CONNECTIONS`. A service without this setting reads on its one pool. */
function openReads<Tables>(
  name: string,
  database: OwnDatabase<Tables> | undefined,
  settings: object,
): Kysely<Tables> | undefined {
  const { READ_CONNECTIONS: connections } = settings as { READ_CONNECTIONS?: number };
  if (!database || connections === undefined) return database?.handle;
  return openDatabase<Tables>(database.url, `${name} reads`, connections);
}

function wakeWorker(workers: ReadonlyMap<string, Worker>, name: string): void {
  const worker = workers.get(name);
  if (!worker?.wake) throw new Error(`There is no worker ${name} to wake.`);
  worker.wake();
}
