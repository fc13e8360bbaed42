import { resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import {
  originList,
  parseEnvironment,
  postgresAddress,
  splitList,
  webAddress,
  type Environment,
} from '@rondo/shared/config';
import { parseTrustedProxies, type ProxyTrust } from '@rondo/shared/http/client-address';
import type { RateLimit } from '@rondo/shared/http/rate-limit';
import {
  serviceRegistry,
  type ServiceEntry,
  type ServicePorts,
  type ServiceRegistry,
} from '@rondo/shared/service-registry';

const port = Type.Integer({ minimum: 0, maximum: 65_535 });

const hostEnvironment = Type.Object({
  RONDO_PORT: Type.Integer({ minimum: 0, maximum: 60_000, default: 8000 }),
  RONDO_DATA_DIR: Type.String({ minLength: 1, default: '.rondo' }),
  RONDO_POSTGRES_PORT: Type.Optional(port),
  DATABASE_URL: Type.Optional(Type.String({ ...postgresAddress, description: 'your own PostgreSQL' })),
  RONDO_SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://',
      'x-words': 'a URL that begins with smtp:// or smtps://',
      description: 'the server that sends e-mails',
    }),
  ),
  RONDO_SMTP_FROM: Type.Optional(Type.String({ minLength: 3 })),
  RONDO_ALLOW_PRIVATE_ADDRESSES: Type.Boolean({ default: false }),
  RONDO_REFUSED_ADDRESSES: Type.String({ default: '', description: 'comma-separated CIDR ranges' }),
  RONDO_ALLOWED_ORIGINS: Type.String({ ...originList, default: '' }),
  RONDO_TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'proxies in front of the gateway whose X-Forwarded-* headers count, such as `loopback`',
  }),
  RONDO_RATE_LIMIT_PER_SECOND: Type.Number({ minimum: 0, default: 100, description: '0 turns limits off' }),
  RONDO_RATE_LIMIT_BURST: Type.Integer({ minimum: 1, default: 500 }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({ ...webAddress, description: 'an OpenTelemetry collector, for traces' }),
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({ minimum: 0, maximum: 1, default: 1 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
});

export type HostSettings = {
  port: number;
  dataDir: string;
  databaseUrl: string | undefined;
  postgresPort: number;
  logLevel: Static<typeof hostEnvironment>['LOG_LEVEL'];
  tracing: { endpoint: string | undefined; ratio: number };
  smtp: { url: string | undefined; from: string | undefined };
  /** Whether channels may target private addresses. */
  allowPrivateAddresses: boolean;
  /** CIDR ranges that channels must never target, separated by commas. */
  refusedAddresses: string;
  /** Origins whose pages may call the API and open sockets from a browser, besides the gateway's own. */
  allowedOrigins: string[];
  /** Proxies in front of the gateway whose `X-Forwarded-*` headers count. */
  trustedProxies: ProxyTrust;
  /** Of each person and token; an address has twice as much. */
  rateLimit: RateLimit;
  /** The services, with their ports on this machine; 0 picks a free port. */
  services: ServiceRegistry;
};

/** The gateway's default port. The ports in the registry are relative to it. */
const plannedGatewayPort = 8000;

/** The variable of a service's own port: `RONDO_TODO_PORT`, `RONDO_RECURRING_PORT`, … */
const portVariableOf = ({ name }: ServiceEntry) => `RONDO_${name.split('-', 1)[0]?.toUpperCase()}_PORT`;

/**
 * Parses the settings of a host. RONDO_PORT shifts all ports of the registry (9000 puts Todo on 9001 and its sidecar on
 * 4501). RONDO_PORT=0 picks free ports. A service's own variable overrides both.
 * @throws AppError `invalid-configuration` that names each wrong variable
 */
export function parseHostSettings(
  env: Environment,
  registry: ServiceRegistry = serviceRegistry,
): HostSettings {
  const ownPorts = Object.fromEntries(registry.map((entry) => [portVariableOf(entry), Type.Optional(port)]));
  const schema = Type.Object({ ...ownPorts, ...hostEnvironment.properties });
  const given: Record<string, unknown> = parseEnvironment(schema, env);
  const parsed = given as Static<typeof hostEnvironment>;
  const isFree = parsed.RONDO_PORT === 0;
  const moved = parsed.RONDO_PORT - plannedGatewayPort;

  function portsOf(entry: ServiceEntry): ServicePorts {
    const own = given[portVariableOf(entry)] as number | undefined;
    if (isFree) return { http: own ?? 0, sidecar: 0, metrics: 0 };
    const at = (planned: number) => (planned + moved > 0 && planned + moved < 65_536 ? planned + moved : 0);
    const { http, sidecar, metrics } = entry.ports;
    return { http: own ?? at(http), sidecar: at(sidecar), metrics: at(metrics) };
  }

  return {
    port: parsed.RONDO_PORT,
    dataDir: resolve(parsed.RONDO_DATA_DIR),
    databaseUrl: parsed.DATABASE_URL,
    postgresPort: parsed.RONDO_POSTGRES_PORT ?? 0,
    logLevel: parsed.LOG_LEVEL,
    tracing: { endpoint: parsed.OTEL_EXPORTER_OTLP_ENDPOINT, ratio: parsed.OTEL_TRACES_SAMPLER_ARG },
    smtp: { url: parsed.RONDO_SMTP_URL, from: parsed.RONDO_SMTP_FROM },
    allowPrivateAddresses: parsed.RONDO_ALLOW_PRIVATE_ADDRESSES,
    refusedAddresses: parsed.RONDO_REFUSED_ADDRESSES,
    allowedOrigins: splitList(parsed.RONDO_ALLOWED_ORIGINS),
    trustedProxies: parseTrustedProxies(parsed.RONDO_TRUSTED_PROXIES),
    rateLimit: { perSecond: parsed.RONDO_RATE_LIMIT_PER_SECOND, burst: parsed.RONDO_RATE_LIMIT_BURST },
    services: registry.map((entry) => ({ ...entry, ports: portsOf(entry) })),
  };
}
