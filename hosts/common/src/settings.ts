import { resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import type { ServiceName } from '@rondo/gateway/gateway';
import { parseEnvironment, type Environment } from '@rondo/shared/config';

const port = Type.Integer({ minimum: 0, maximum: 65_535 });

const hostEnvironment = Type.Object({
  RONDO_PORT: Type.Integer({ minimum: 0, maximum: 60_000, default: 8000 }),
  RONDO_DATA_DIR: Type.String({ minLength: 1, default: '.rondo' }),
  RONDO_TODO_PORT: Type.Optional(port),
  RONDO_AUDIT_PORT: Type.Optional(port),
  RONDO_WEBSOCKET_PORT: Type.Optional(port),
  RONDO_NOTIFICATION_PORT: Type.Optional(port),
  RONDO_RECURRING_PORT: Type.Optional(port),
  RONDO_POSTGRES_PORT: Type.Optional(port),
  DATABASE_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'a PostgreSQL of your own' }),
  ),
  RONDO_SMTP_URL: Type.Optional(
    Type.String({ pattern: '^smtps?://', description: 'the server that sends e-mails' }),
  ),
  RONDO_SMTP_FROM: Type.Optional(Type.String({ minLength: 3 })),
  RONDO_ALLOW_PRIVATE_ADDRESSES: Type.Boolean({ default: false }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'an OpenTelemetry collector, for traces' }),
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({ minimum: 0, maximum: 1, default: 1 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});

export type ServicePorts = { http: number; sidecar: number; metrics: number };

export type HostSettings = {
  port: number;
  data_dir: string;
  database_url: string | undefined;
  postgres_port: number;
  log_level: Static<typeof hostEnvironment>['LOG_LEVEL'];
  tracing: { endpoint: string | undefined; ratio: number };
  smtp: { url: string | undefined; from: string | undefined };
  /** Whether channels may lead to addresses of this machine and its network. */
  allow_private_addresses: boolean;
  services: Record<ServiceName, ServicePorts>;
};

const planned = { gateway: 8000, http: 8000, sidecar: 3500, metrics: 9100 };
const numberOf: Record<ServiceName, number> = {
  'todo-service': 1,
  'audit-service': 2,
  'websocket-service': 3,
  'notification-service': 4,
  'recurring-task-service': 5,
};

/**
 * What the host reads from its environment. The plan's ports move along with RONDO_PORT (9000 puts Todo on 9001 and
 * its sidecar on 4501); with RONDO_PORT=0 every port is a free one. A service's own variable goes before both.
 * @throws AppError `invalid-configuration` that names each wrong variable
 */
export function parseHostSettings(env: Environment): HostSettings {
  const parsed = parseEnvironment(hostEnvironment, env);
  const isFree = parsed.RONDO_PORT === 0;
  const moved = parsed.RONDO_PORT - planned.gateway;

  function portsOf(service: ServiceName, own: number | undefined): ServicePorts {
    if (isFree) return { http: own ?? 0, sidecar: 0, metrics: 0 };
    const number = numberOf[service] + moved;
    const at = (base: number) => (base + number > 0 && base + number < 65_536 ? base + number : 0);
    return { http: own ?? at(planned.http), sidecar: at(planned.sidecar), metrics: at(planned.metrics) };
  }

  return {
    port: parsed.RONDO_PORT,
    data_dir: resolve(parsed.RONDO_DATA_DIR),
    database_url: parsed.DATABASE_URL,
    postgres_port: parsed.RONDO_POSTGRES_PORT ?? 0,
    log_level: parsed.LOG_LEVEL,
    tracing: { endpoint: parsed.OTEL_EXPORTER_OTLP_ENDPOINT, ratio: parsed.OTEL_TRACES_SAMPLER_ARG },
    smtp: { url: parsed.RONDO_SMTP_URL, from: parsed.RONDO_SMTP_FROM },
    allow_private_addresses: parsed.RONDO_ALLOW_PRIVATE_ADDRESSES,
    services: {
      'todo-service': portsOf('todo-service', parsed.RONDO_TODO_PORT),
      'audit-service': portsOf('audit-service', parsed.RONDO_AUDIT_PORT),
      'websocket-service': portsOf('websocket-service', parsed.RONDO_WEBSOCKET_PORT),
      'notification-service': portsOf('notification-service', parsed.RONDO_NOTIFICATION_PORT),
      'recurring-task-service': portsOf('recurring-task-service', parsed.RONDO_RECURRING_PORT),
    },
  };
}
