import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Headers that concern one connection (RFC 9110 section 7.6.1), and `Expect`, which the gateway answers itself. */
const ofConnection = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** What only a proxy may say. The gateway has used those of trusted proxies, and services get its own. */
export const headersOfProxies: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
];

/** The body is sent as it was read, and undici sets its length. */
const notForServices = new Set([...ofConnection, ...headersOfProxies, 'content-length']);
const notForClients = new Set(ofConnection);

/** The headers of a request as its service gets them: with the client's address, and without those of the connection. */
export function headersForService({
  headers,
  ip,
  protocol,
}: FastifyRequest): Record<string, string | string[]> {
  const kept = withoutHeaders(headers, notForServices);
  kept['x-forwarded-for'] = ip;
  kept['x-forwarded-proto'] = protocol;
  return kept;
}

/** The headers of a service's answer as the client gets them. */
export function headersForClient(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return withoutHeaders(headers, notForClients);
}

function withoutHeaders(
  headers: IncomingHttpHeaders,
  dropped: ReadonlySet<string>,
): Record<string, string | string[]> {
  // A client may name further headers of the connection, such as `Connection: close, x-hop`.
  const named = headers.connection === undefined ? undefined : namesIn(headers.connection);
  const kept: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !dropped.has(name) && !named?.has(name)) kept[name] = value;
  }
  return kept;
}

const never: ReadonlySet<string> = new Set();

function namesIn(connection: string): ReadonlySet<string> {
  if (connection === 'keep-alive' || connection === 'close') return never;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
