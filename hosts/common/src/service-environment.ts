import { randomBytes } from 'node:crypto';
import type { Environment } from '@rondo/shared/config';
import type { ServicePorts } from '@rondo/shared/service-registry';
import type { Issuer } from '@rondo/gateway/issuer';
import type { HostSettings } from './settings.ts';

/** The address that everything on one machine listens on. */
export const loopback = '127.0.0.1';

/** What authenticates a service to its sidecar, and a sidecar to its service. */
export type SidecarTokens = { api_token: string; app_token: string };

/** Tokens that nobody guesses: 192 bits each, in base64url. */
export function randomTokens(): SidecarTokens {
  const randomToken = () => randomBytes(24).toString('base64url');
  return { api_token: randomToken(), app_token: randomToken() };
}

export type SharedEnvironment = SidecarTokens & {
  issuer: Issuer;
  /** The URL of the gateway. */
  gateway: string;
  log_level: string;
  allow_private_addresses: boolean;
  tracing: HostSettings['tracing'];
};

/** What a service finds in its environment on one machine; in a cluster a manifest says the same. */
export function environmentOf(ports: ServicePorts, shared: SharedEnvironment): Environment {
  return {
    HOST: loopback,
    PORT: String(ports.http),
    METRICS_PORT: String(ports.metrics),
    DAPR_HTTP_ENDPOINT: `http://${loopback}:${ports.sidecar}`,
    DAPR_API_TOKEN: shared.api_token,
    APP_API_TOKEN: shared.app_token,
    TOKEN_ISSUER: shared.issuer.issuer,
    TOKEN_AUDIENCE: shared.issuer.audience,
    JWKS_URL: `${shared.gateway}/.well-known/jwks.json`,
    ALLOWED_ORIGINS: shared.gateway,
    PUBLIC_URL: shared.gateway,
    ALLOW_PRIVATE_ADDRESSES: String(shared.allow_private_addresses),
    MAX_SOCKETS_PER_ADDRESS: '100000',
    LOG_LEVEL: shared.log_level,
    OTEL_EXPORTER_OTLP_ENDPOINT: shared.tracing.endpoint,
    OTEL_TRACES_SAMPLER_ARG: String(shared.tracing.ratio),
  };
}
