import { randomBytes } from 'node:crypto';
import type { Environment } from '@rondo/shared/config';
import type { ServicePorts } from '@rondo/shared/service-registry';
import type { Issuer } from '@rondo/gateway/issuer';
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

export type SharedEnvironment = SidecarTokens & {
  issuer: Issuer;
  /** The URL of the gateway. */
  gateway: string;
  logLevel: string;
  allowPrivateAddresses: boolean;
  allowedOrigins: string[];
  tracing: HostSettings['tracing'];
};

/** The environment of a service on one machine. In a cluster, its manifest sets the same variables. */
export function environmentOf(ports: ServicePorts, shared: SharedEnvironment): Environment {
  return {
    HOST: loopback,
    PORT: String(ports.http),
    METRICS_PORT: String(ports.metrics),
    DAPR_HTTP_ENDPOINT: `http://${loopback}:${ports.sidecar}`,
    DAPR_API_TOKEN: shared.apiToken,
    APP_API_TOKEN: shared.appToken,
    TOKEN_ISSUER: shared.issuer.issuer,
    TOKEN_AUDIENCE: shared.issuer.audience,
    JWKS_URL: `${shared.gateway}/.well-known/jwks.json`,
    ALLOWED_ORIGINS: [shared.gateway, ...shared.allowedOrigins].join(','),
    PUBLIC_URL: shared.gateway,
    ALLOW_PRIVATE_ADDRESSES: String(shared.allowPrivateAddresses),
    MAX_SOCKETS_PER_ADDRESS: '100000',
    LOG_LEVEL: shared.logLevel,
    OTEL_EXPORTER_OTLP_ENDPOINT: shared.tracing.endpoint,
    OTEL_TRACES_SAMPLER_ARG: String(shared.tracing.ratio),
  };
}
