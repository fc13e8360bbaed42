import { resolve } from 'node:path';
import type { MigrationSet } from '@rondo/postgres/migrations';
import { deadLettersPathOf } from './contracts/dead-letter.ts';
import { deadLetterTopicOf, topics } from './contracts/topics.ts';

/** What the rest of the product has to know of a service: gateway, hosts, release job, scripts and manifests derive from it. */
export type ServiceEntry = {
  /** The name of its Dapr app, its Deployment, its image, and its folder. */
  name: string;
  ports: ServicePorts;
  /** Its own schema of the shared PostgreSQL. Without one it has no migrations. */
  schema?: string;
  /** `shared`: its schema gets the tables of `services/shared/migrations/messaging` before its own migrations run. */
  messagingTables?: 'shared';
  /** The path prefixes that the gateway passes on to it. */
  publicPaths: string[];
  /** The limit of a request's body in bytes at paths where it is not `defaultBodyLimit`. */
  bodyLimits?: Record<string, number>;
  /** How long requests at paths may take to be answered, in milliseconds, where it is not the usual time. The gateway waits for longer. */
  answerMs?: Record<string, number>;
  /** Those of `publicPaths` at which it accepts WebSockets. */
  socketPaths?: string[];
  /** Those of `publicPaths` at which it accepts the methods of WebDAV. */
  webdavPaths?: string[];
  topics: {
    /** Shared by its replicas: one of them processes each event. */
    consumes: string[];
    /** Each replica gets every event, in a consumer group of its own. */
    fansOut?: string[];
    /** No other service produces them: the broker lets each user write only to its own topics, so a topic tells who wrote. */
    produces: string[];
  };
  /** The tables of its schema to which its role can only add rows. */
  appendOnlyTables?: string[];
  /** Whether it keeps something in the Dapr state store. */
  usesStateStore?: true;
  /** Absolute path of the folder with its `src` and `migrations`. The default is `services/<name>`. */
  folder?: string;
};

export type ServiceRegistry = readonly ServiceEntry[];

/** TCP ports of one service: its HTTP server, its sidecar's HTTP API, and its metrics. 0 picks a free one. */
export type ServicePorts = { http: number; sidecar: number; metrics: number };

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** The limit of a request's body in bytes, at every path without a limit of its own. */
export const defaultBodyLimit = 64 * kibibyte;

/** An import waits for its turn (12 s), reads the file (10 s), and places its last batch (begun after 13 s). */
const importMs = 32_000;

const entries: ServiceEntry[] = [
  {
    name: 'todo-service',
    ports: { http: 8001, sidecar: 3501, metrics: 9101 },
    schema: 'todo_service',
    publicPaths: [
      '/api/v1/tasks',
      '/api/v1/trash',
      '/api/v1/filters',
      '/api/v1/export',
      '/api/v1/undo',
      '/api/v1/activity',
      '/api/v1/lists',
      '/api/v1/labels',
      '/api/v1/changes',
      '/api/v1/snapshot',
      '/api/v1/calendar-feed',
      '/api/v1/calendar-import',
      '/api/v1/imports',
      '/calendar',
      '/api/v1/app-passwords',
      '/dav',
      '/.well-known/caldav',
    ],
    webdavPaths: ['/dav', '/.well-known/caldav'],
    bodyLimits: {
      '/api/v1/tasks/bulk': 4 * mebibyte,
      '/api/v1/calendar-import': 20 * mebibyte,
      '/api/v1/imports': 20 * mebibyte,
      '/dav/calendars/tasks/*': 256 * kibibyte,
    },
    answerMs: { '/api/v1/calendar-import': importMs, '/api/v1/imports': importMs },
    topics: {
      consumes: [topics.taskCommands, topics.personSettings, topics.seriesEvents],
      produces: [topics.taskEvents, topics.taskUpdates],
    },
  },
  {
    name: 'audit-service',
    ports: { http: 8002, sidecar: 3502, metrics: 9102 },
    schema: 'audit_service',
    appendOnlyTables: ['audit_records', 'checkpoints'],
    publicPaths: ['/api/v1/audit'],
    topics: { consumes: [topics.taskEvents], produces: [topics.auditCheckpoints] },
  },
  {
    name: 'websocket-service',
    ports: { http: 8003, sidecar: 3503, metrics: 9103 },
    publicPaths: ['/api/v1/ws-tickets', '/api/v1/connections', '/ws'],
    socketPaths: ['/ws'],
    topics: { consumes: [], fansOut: [topics.taskUpdates, topics.notificationUpdates], produces: [] },
    usesStateStore: true,
  },
  {
    name: 'notification-service',
    ports: { http: 8004, sidecar: 3504, metrics: 9104 },
    schema: 'notification_service',
    publicPaths: [
      '/api/v1/notifications',
      '/api/v1/notification-settings',
      '/api/v1/channels',
      '/api/v1/deliveries',
      '/api/v1/push-key',
      '/unsubscribe',
      '/confirm',
    ],
    topics: {
      consumes: [topics.reminders, topics.taskEvents, topics.auditCheckpoints],
      produces: [topics.notificationUpdates, topics.personSettings],
    },
  },
  {
    name: 'recurring-task-service',
    ports: { http: 8005, sidecar: 3505, metrics: 9105 },
    schema: 'recurring_task_service',
    publicPaths: ['/api/v1/schedules'],
    topics: {
      consumes: [topics.taskEvents, topics.personSettings],
      produces: [topics.reminders, topics.taskCommands, topics.seriesEvents],
    },
  },
];

/** Every service, in the order of the plan's ports. */
export const serviceRegistry: ServiceRegistry = entries.map((entry) => withDeadLetters(entry));

/** A service that consumes events and has tables keeps dead letters, which operators read. */
function withDeadLetters(entry: ServiceEntry): ServiceEntry {
  if (entry.schema === undefined || !isConsumer(entry)) return entry;
  return { ...entry, publicPaths: [...entry.publicPaths, deadLettersPathOf(entry.name)] };
}

const servicesFolder = resolve(import.meta.dirname, '../..');
const messagingMigrations = resolve(import.meta.dirname, '../migrations/messaging');

/** The absolute path of a service's folder. */
export function folderOf({ name, folder }: ServiceEntry): string {
  return folder ?? resolve(servicesFolder, name);
}

/** The migrations of a service in their order; none for a service without a schema. */
export function migrationsOf(entry: ServiceEntry): MigrationSet[] {
  const { schema, messagingTables } = entry;
  if (schema === undefined) return [];
  const own = { schema, directory: resolve(folderOf(entry), 'migrations') };
  if (messagingTables === undefined) return [own];
  return [{ schema, directory: messagingMigrations, recordedIn: 'messaging_migrations' }, own];
}

/** @throws Error if the registry has no service of this name */
export function findService(name: string, registry: ServiceRegistry = serviceRegistry): ServiceEntry {
  const entry = registry.find((known) => known.name === name);
  if (!entry) throw new Error(`The service registry has no ${name}.`);
  return entry;
}

/** The services that may write to a topic: those of the registry, and the given one if it isn't there. */
export function writersOf(topic: string, entry: ServiceEntry): ReadonlySet<string> {
  const known = [...serviceRegistry.filter(({ name }) => name !== entry.name), entry];
  return new Set(
    known.filter(({ topics: { produces } }) => produces.includes(topic)).map(({ name }) => name),
  );
}

/** The limit of a request's body in bytes at a path of a service. @throws Error as `findService` */
export function bodyLimitAt(service: string, path: string): number {
  return findService(service).bodyLimits?.[path] ?? defaultBodyLimit;
}

/** How long a service may take to answer requests at one of its paths, in milliseconds, if it is not the usual time. */
export function answerMsAt(service: string, path: string): number | undefined {
  return findService(service).answerMs?.[path];
}

/** A service's name in environment variables: `recurring-task-service` becomes `RECURRING_TASK_SERVICE`. */
export function environmentName({ name }: ServiceEntry): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Whether the service subscribes to any topic, and so has a dead-letter topic. */
export function isConsumer({ topics: { consumes, fansOut = [] } }: ServiceEntry): boolean {
  return consumes.length + fansOut.length > 0;
}

/** The topics that a service reads and writes, its dead letters included. The broker refuses every other use. */
export function accessOf(entry: ServiceEntry): { reads: string[]; writes: string[] } {
  const { consumes, fansOut = [], produces } = entry.topics;
  const deadLetters = isConsumer(entry) ? [deadLetterTopicOf(entry.name)] : [];
  return { reads: [...consumes, ...fansOut, ...deadLetters], writes: [...produces, ...deadLetters] };
}

/** Every topic of the services in the registry, without their dead letters. */
export function topicsOf(registry: ServiceRegistry): string[] {
  const named = registry.flatMap(({ topics: { consumes, fansOut = [], produces } }) => [
    ...consumes,
    ...fansOut,
    ...produces,
  ]);
  return [...new Set(named)];
}

/** The dead-letter topics of the services in the registry. */
export function deadLetterTopicsOf(registry: ServiceRegistry): string[] {
  return registry.filter((entry) => isConsumer(entry)).map(({ name }) => deadLetterTopicOf(name));
}
