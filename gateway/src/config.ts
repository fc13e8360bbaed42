import { join, resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import { parseEnvironment, type Environment } from '@rondo/shared/config';
import type { RateLimit } from '@rondo/shared/http/rate-limit';
import { environmentName, serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import type { ServiceUrls } from './gateway.ts';

const gatewayEnvironment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000 }),
  ALLOWED_ORIGINS: Type.String({
    default: '',
    description: 'comma-separated; pages of these origins may call the API from a browser',
  }),
  RATE_LIMIT_PER_SECOND: Type.Number({ minimum: 0, default: 100, description: 'of a token; 0 turns it off' }),
  RATE_LIMIT_BURST: Type.Integer({ minimum: 1, default: 500, description: 'of a token' }),
  DRAIN_SECONDS: Type.Number({ minimum: 0, maximum: 60, default: 0 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});

/** The variable with the URL of a service: `TODO_SERVICE_URL`, … */
const urlVariableOf = (service: ServiceEntry) => `${environmentName(service)}_URL`;
const serviceUrls = Object.fromEntries(
  serviceRegistry.map((service) => [urlVariableOf(service), Type.String({ pattern: '^https?://' })]),
);

const installationEnvironment = Type.Object({
  IDENTITY_DIR: Type.Optional(Type.String({ minLength: 1 })),
  RONDO_DATA_DIR: Type.String({ minLength: 1, default: '.rondo' }),
});

export type GatewaySettings = {
  host: string;
  port: number;
  logLevel: string;
  /** How long it keeps accepting requests after a stop, in milliseconds. */
  drainMs: number;
  services: ServiceUrls;
  /** The origins whose pages may call the API from a browser, besides the gateway's own. */
  allowedOrigins: string[];
  /** Of each token; an address has twice as much. */
  rateLimit: RateLimit;
};

/** Parses the settings of a gateway that runs in its own process. @throws AppError `invalid-configuration` */
export function parseGatewaySettings(env: Environment): GatewaySettings {
  const schema = Type.Object({ ...serviceUrls, ...gatewayEnvironment.properties });
  const parsed: Record<string, unknown> = parseEnvironment(schema, env);
  const { HOST, PORT, LOG_LEVEL, DRAIN_SECONDS, ALLOWED_ORIGINS, ...limit } = parsed as Static<
    typeof gatewayEnvironment
  >;
  return {
    host: HOST,
    port: PORT,
    logLevel: LOG_LEVEL,
    allowedOrigins: ALLOWED_ORIGINS.split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
    rateLimit: { perSecond: limit.RATE_LIMIT_PER_SECOND, burst: limit.RATE_LIMIT_BURST },
    drainMs: DRAIN_SECONDS * 1000,
    services: Object.fromEntries(
      serviceRegistry.map((service) => [service.name, String(parsed[urlVariableOf(service)])]),
    ),
  };
}

/** The directory of the issuer's key: `IDENTITY_DIR`, or `identity` in the data directory. */
export function parseIdentityDirectory(env: Environment): string {
  const { IDENTITY_DIR: named, RONDO_DATA_DIR: dataDir } = parseEnvironment(installationEnvironment, env);
  return resolve(named ?? join(dataDir, 'identity'));
}
