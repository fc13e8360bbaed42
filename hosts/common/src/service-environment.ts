import { randomBytes } from 'node:crypto';
import type { Environment } from '@rondo/shared/config';
import type { ServicePorts } from '@rondo/shared/service-registry';
import { auditSecret, notificationSecret } from '@rondo/shared/contracts/topics';
import { databaseSecretKey, databaseSecretOf } from '@rondo/shared/service';
import type { InstallationKeys } from './installation-keys.ts';
import type { DatabaseUrls } from './prepare-database.ts';
import type { HostSettings } from './settings.ts';

/** The address on which all programs of an installation listen. */
export const loopback = '127.0.0.1';

/** The tokens that authenticate a service to its sidecar, and a sidecar to its service. */
export type SidecarTokens = { apiToken: string; appToken: string };

/** Creates random tokens of 192 bits each, in base64url. */
export function randomTokens(): SidecarTokens {
  const randomToken = () => randomBytes(24).toString('base64url');
  return { apiToken: randomToken(), appToken: randomToken() };
}

/** What all services of an installation have in common. */
export type Installation = {
  settings: HostSettings;
  tokens: SidecarTokens;
  keys: InstallationKeys;
  /** The URL of the gateway. */
  gatewayUrl: string;
};

/** The environment of a service on one machine. In a cluster, its manifest sets the same variables. */
export function environmentOf(
  ports: ServicePorts,
  { settings, tokens, keys: { issuer }, gatewayUrl }: Installation,
): Environment {
  return {
    HOST: loopback,
    PORT: String(ports.http),
    METRICS_PORT: String(ports.metrics),
    DAPR_HTTP_ENDPOINT: `http://${loopback}:${ports.sidecar}`,
    DAPR_API_TOKEN: tokens.apiToken,
    APP_API_TOKEN: tokens.appToken,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: issuer.audience,
    JWKS_URL: `${gatewayUrl}/.well-known/jwks.json`,
    ALLOWED_ORIGINS: [gatewayUrl, ...settings.allowedOrigins].join(','),
    PUBLIC_URL: gatewayUrl,
    ALLOW_PRIVATE_ADDRESSES: String(settings.allowPrivateAddresses),
    REFUSED_ADDRESSES: settings.refusedAddresses,
    TRUSTED_PROXIES: 'loopback',
    MAX_SOCKETS_PER_ADDRESS: '100000',
    // The embedded PostgreSQL is in the data directory. The disk of another one is not known here.
    DATABASE_DISK: settings.databaseUrl === undefined ? settings.dataDir : undefined,
    RATE_LIMIT_PER_SECOND: String(settings.rateLimit.perSecond),
    RATE_LIMIT_BURST: String(settings.rateLimit.burst),
    LOG_LEVEL: settings.logLevel,
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.tracing.endpoint,
    OTEL_TRACES_SAMPLER_ARG: String(settings.tracing.ratio),
  };
}

/** The secrets that services read through their sidecar, by the name of the secret store's entry. */
export function secretsOf(
  { services, dapr }: DatabaseUrls,
  keys: InstallationKeys,
): Record<string, Record<string, string>> {
  const urls = Object.entries({ ...services, dapr });
  return {
    ...Object.fromEntries(urls.map(([user, url]) => [databaseSecretOf(user), { [databaseSecretKey]: url }])),
    [notificationSecret]: keys.notification,
    [auditSecret]: keys.audit,
  };
}
