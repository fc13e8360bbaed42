import { join, resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import { originList, parseEnvironment, splitList, webAddress, type Environment } from '@rondo/shared/config';
import type { RateLimit } from '@rondo/shared/http/rate-limit';
import { environmentName, serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import { parseTrustedProxies, type ProxyTrust } from '@rondo/shared/http/client-address';

const gatewayEnvironment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8000 }),
  ALLOWED_ORIGINS: Type.String({
    ...originList,
    default: '',
    description: 'comma-separated; pages of these origins may call the API from a browser',
  }),
  RATE_LIMIT_PER_SECOND: Type.Number({ minimum: 0, default: 100, description: 'of a token; 0 turns it off' }),
  RATE_LIMIT_BURST: Type.Integer({ minimum: 1, default: 500, description: 'of a token' }),
  DRAIN_SECONDS: Type.Number({ minimum: 0, maximum: 60, default: 0 }),
  JWKS_FILE: Type.String({ minLength: 1, description: 'the public keys of the issuer (RFC 7517 section 5)' }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'proxies in front whose X-Forwarded-* headers count: addresses, ranges, or their number',
  }),
  MAX_CONNECTIONS_PER_ADDRESS: Type.Integer({ minimum: 0, default: 1_000 }),
  MAX_REQUESTS_PER_ADDRESS: Type.Integer({ minimum: 0, default: 200 }),
  MAX_REQUESTS: Type.Integer({ minimum: 0, default: 1_000 }),
  HSTS_MAX_AGE_SECONDS: Type.Integer({ minimum: 0, default: 0, description: '0: no HSTS' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});

/** The variable with the URL of a service: `TODO_SERVICE_URL`, … */
const urlVariableOf = (service: ServiceEntry) => `${environmentName(service)}_URL`;
const serviceUrls = Object.fromEntries(
  serviceRegistry.map((service) => [urlVariableOf(service), Type.String(webAddress)]),
);

const installationEnvironment = Type.Object({
  IDENTITY_DIR: Type.Optional(Type.String({ minLength: 1 })),
  RONDO_DATA_DIR: Type.String({ minLength: 1, default: '.rondo' }),
});

/** The URL of each service, by name. */
export type ServiceUrls = Record<string, string>;

/** What may be open at the same time. 0 is no limit. An IPv6 address counts as its /64. */
export type GatewayLimits = {
  /** Of one address, except a trusted proxy's. */
  maxConnectionsPerAddress: number;
  maxRequestsPerAddress: number;
  maxRequests: number;
};

export type GatewaySettings = {
  host: string;
  port: number;
  logLevel: string;
  jwksFile: string;
  trustedProxies: ProxyTrust;
  limits: GatewayLimits;
  /** How long browsers must use TLS for this host (HSTS); 0 does not say so. */
  hstsSeconds: number;
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
  const given = parsed as Static<typeof gatewayEnvironment>;
  return {
    host: given.HOST,
    port: given.PORT,
    logLevel: given.LOG_LEVEL,
    jwksFile: given.JWKS_FILE,
    trustedProxies: parseTrustedProxies(given.TRUSTED_PROXIES),
    limits: {
      maxConnectionsPerAddress: given.MAX_CONNECTIONS_PER_ADDRESS,
      maxRequestsPerAddress: given.MAX_REQUESTS_PER_ADDRESS,
      maxRequests: given.MAX_REQUESTS,
    },
    hstsSeconds: given.HSTS_MAX_AGE_SECONDS,
    allowedOrigins: splitList(given.ALLOWED_ORIGINS),
    rateLimit: { perSecond: given.RATE_LIMIT_PER_SECOND, burst: given.RATE_LIMIT_BURST },
    drainMs: given.DRAIN_SECONDS * 1000,
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
