import { join, resolve } from 'node:path';
import { Type } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';
import type { ServiceUrls } from './gateway.ts';

const url = Type.String({ pattern: '^https?://' });

const gatewayEnvironment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000 }),
  TODO_SERVICE_URL: url,
  AUDIT_SERVICE_URL: url,
  WEBSOCKET_SERVICE_URL: url,
  NOTIFICATION_SERVICE_URL: url,
  RECURRING_TASK_SERVICE_URL: url,
  ALLOWED_ORIGINS: Type.String({
    default: '',
    description: 'comma separated; pages of these origins may call the API from a browser',
  }),
  DRAIN_SECONDS: Type.Number({ minimum: 0, maximum: 60, default: 0 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});

const installationEnvironment = Type.Object({
  IDENTITY_DIR: Type.Optional(Type.String({ minLength: 1 })),
  RONDO_DATA_DIR: Type.String({ minLength: 1, default: '.rondo' }),
});

export type GatewaySettings = {
  host: string;
  port: number;
  log_level: string;
  /** How long it goes on accepting when it is told to stop. */
  drain_ms: number;
  services: ServiceUrls;
  /** The origins whose pages may call the API from a browser, beside the gateway's own. */
  allowedOrigins: string[];
};

/** What the gateway reads from its environment where it is a process of its own. @throws AppError `invalid-configuration` */
export function parseGatewaySettings(env: Environment): GatewaySettings {
  const parsed = parseEnvironment(gatewayEnvironment, env);
  return {
    host: parsed.HOST,
    port: parsed.PORT,
    log_level: parsed.LOG_LEVEL,
    allowedOrigins: parsed.ALLOWED_ORIGINS.split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
    drain_ms: parsed.DRAIN_SECONDS * 1000,
    services: {
      'todo-service': parsed.TODO_SERVICE_URL,
      'audit-service': parsed.AUDIT_SERVICE_URL,
      'websocket-service': parsed.WEBSOCKET_SERVICE_URL,
      'notification-service': parsed.NOTIFICATION_SERVICE_URL,
      'recurring-task-service': parsed.RECURRING_TASK_SERVICE_URL,
    },
  };
}

/** The directory of the issuer's key: the one named, or that of the data directory. */
export function parseIdentityDirectory(env: Environment): string {
  const { IDENTITY_DIR: named, RONDO_DATA_DIR: dataDir } = parseEnvironment(installationEnvironment, env);
  return resolve(named ?? join(dataDir, 'identity'));
}
