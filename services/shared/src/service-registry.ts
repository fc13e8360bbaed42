import { topics } from './contracts/topics.ts';

/** What the rest of the product has to know of a service: gateway, hosts, release job, scripts and manifests derive from it. */
export type ServiceEntry = {
  /** The name of its folder below `services`, its Dapr app id, and its Deployment. */
  name: string;
  ports: ServicePorts;
  /** Its own schema of the shared PostgreSQL; without one it has no migrations. */
  schema?: string;
  /** The path prefixes that the gateway passes on to it. */
  publicPaths: string[];
  topics: {
    /** Shared by its replicas: each event is handled by one of them. */
    consumes: string[];
    /** Each replica gets every event, in a consumer group of its own. */
    fansOut?: string[];
    produces: string[];
  };
  /** Whether it keeps something in the Dapr state store. */
  usesStateStore?: true;
};

/** TCP ports of one service: its HTTP server, its sidecar's HTTP API, and its metrics. 0 picks a free one. */
export type ServicePorts = { http: number; sidecar: number; metrics: number };

/** Every service, in the order of the plan's ports. */
export const serviceRegistry: readonly ServiceEntry[] = [
  {
    name: 'todo-service',
    ports: { http: 8001, sidecar: 3501, metrics: 9101 },
    schema: 'todo_service',
    publicPaths: [
      '/api/v1/tasks',
      '/api/v1/undo',
      '/api/v1/lists',
      '/api/v1/labels',
      '/api/v1/changes',
      '/api/v1/snapshot',
      '/api/v1/calendar-feed',
      '/api/v1/calendar-import',
      '/calendar',
    ],
    topics: { consumes: [topics.taskCommands], produces: [topics.taskEvents, topics.taskUpdates] },
  },
  {
    name: 'audit-service',
    ports: { http: 8002, sidecar: 3502, metrics: 9102 },
    schema: 'audit_service',
    publicPaths: ['/api/v1/audit'],
    topics: { consumes: [topics.taskEvents], produces: [] },
  },
  {
    name: 'websocket-service',
    ports: { http: 8003, sidecar: 3503, metrics: 9103 },
    publicPaths: ['/api/v1/ws-tickets', '/api/v1/connections', '/ws'],
    topics: { consumes: [], fansOut: [topics.taskUpdates], produces: [] },
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
    topics: { consumes: [topics.reminders, topics.taskEvents], produces: [topics.taskUpdates] },
  },
  {
    name: 'recurring-task-service',
    ports: { http: 8005, sidecar: 3505, metrics: 9105 },
    schema: 'recurring_task_service',
    publicPaths: ['/api/v1/schedules'],
    topics: { consumes: [topics.taskEvents], produces: [topics.reminders, topics.taskCommands] },
  },
];
