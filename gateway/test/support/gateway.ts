import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { startGateway, type GatewayOptions } from '../../src/gateway.ts';

export const names = serviceRegistry.map(({ name }) => name);
/** Nothing listens here. */
export const nowhere = 'http://127.0.0.1:1';
export const jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'key' }] };

/** Starts an HTTP server in the place of a service. */
export async function listen(
  t: TestContext,
  listener: RequestListener,
): Promise<{ server: Server; url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export type OpenGateway = { url: string; close(): Promise<void> };

/** Starts a gateway. Services that are not given are down. */
export async function openGateway(
  t: TestContext,
  services: Record<string, string> = {},
  options: Partial<GatewayOptions> = {},
): Promise<OpenGateway> {
  const all = Object.fromEntries(names.map((name) => [name, services[name] ?? nowhere]));
  const gateway = await startGateway({ host: '127.0.0.1', port: 0, jwks, services: all, ...options });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= Promise.resolve(gateway[Symbol.asyncDispose]()));
  t.after(close);
  return { url: gateway.url, close };
}
