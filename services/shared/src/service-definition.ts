import type { Kysely } from 'kysely';
import type { Static, TObject } from 'typebox';
import type { Clock, Ids } from './clock.ts';
import type { BaseSettings, Environment } from './config.ts';
import type { DependencyCheck } from './http/health.ts';
import type { HttpServer } from './http/http-server.ts';
import type { DaprClient } from './messaging/dapr-client.ts';
import type { ConsumerDeclaration } from './messaging/declare-consumer.ts';
import type { Outbox } from './messaging/outbox.ts';
import type { Telemetry } from './observability/telemetry.ts';
import type { ServiceEntry } from './service-registry.ts';
import type { Retention } from './workers/retention.ts';
import type { Worker } from './workers/worker.ts';

/** What a service makes its own context of. `Tables` is `undefined` for a service without a schema. */
export type ServiceBase<Tables = undefined> = {
  database: Tables extends undefined ? undefined : Kysely<Tables>;
  /** The pool for queries, so that they and the writes don't wait for each other's connections. */
  reads: Tables extends undefined ? undefined : Kysely<Tables>;
  dapr: DaprClient;
  clock: Clock;
  ids: Ids;
  telemetry: Telemetry;
  /** Ends the sleep of a worker after a commit that may have given it work. The relay's name is `relay`. */
  wake: (worker: string) => void;
};

/** What a service consists of. The runtime builds, starts, checks and stops all of it. */
export type ServiceDescription<Tables, Settings extends TObject, Context> = {
  /** Its name in the service registry, which also has its schema. */
  name: string;
  description: string;
  /** Its settings besides the base ones. `DATABASE_CONNECTIONS` is the size of its pool, `READ_CONNECTIONS` that of `reads`. */
  settings?: Settings;
  /** Makes what routes, consumers and workers get. */
  context: (base: ServiceBase<Tables>, settings: Static<Settings>) => Promise<Context> | Context;
  routes: ((app: HttpServer, ctx: Context) => void)[];
  /** Each topic that it consumes. The runtime adds dead letters with their routes. */
  consumers?: ConsumerDeclaration<Tables, Context>[];
  outbox?: OutboxDeclaration<Context, Static<Settings>>;
  /** By the name under which `wake` reaches them. They start in this order, after the relay. */
  workers?: Record<string, (ctx: Context, settings: Static<Settings>) => Worker>;
  /** The retentions of its own tables. The runtime adds those of the inbox and of the dead letters. */
  retention?: (ctx: Context, settings: Static<Settings>) => Retention[];
  checks?: (ctx: Context) => DependencyCheck[];
  /** Frees what `context` opened, after routes and workers have stopped. The database closes last. */
  close?: (ctx: Context) => Promise<void>;
};

export type OutboxDeclaration<Context, Settings> = {
  /** Makes the relay's view of the outbox in the service's schema. */
  of: (schema: string) => Outbox;
  /**
   * How much people wait for the database, from 0 to 1, so that publishing should take less of it. `isBusy` tells whether a worker
   * (by name) is behind, or a consumer (by topic) is processing a delivery.
   */
  pressure?: (ctx: Context, isBusy: (part: string) => boolean) => number;
  /** How many events a second backlogs of single workspaces share while others publish too. */
  backlogPerSecond?: (settings: Settings) => number;
};

/** What the runtime builds a service with. */
export type ServiceRuntime = {
  settings: BaseSettings;
  env: Environment;
  entry: ServiceEntry;
  database: { url: string; schema: string } | undefined;
  dapr: DaprClient;
  clock: Clock;
  ids: Ids;
  telemetry: Telemetry;
};

/** A service as it was built. Nothing runs yet. */
export type ServiceParts = {
  addRoutes: (app: HttpServer) => void;
  workers: Worker[];
  checks: DependencyCheck[];
  close: () => Promise<void>;
};

export type ServiceDefinition = {
  name: string;
  description: string;
  /** Its settings besides the base ones. */
  settings: TObject;
  /** @throws AppError `invalid-configuration`, and what the service's `context` throws */
  build: (runtime: ServiceRuntime) => Promise<ServiceParts>;
};
