import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuardedFetch, type GuardedFetch } from '../../src/channels/transports/guarded-fetch.ts';
import { openNames } from './open-names.ts';

type Cleanup = { after: (hook: () => unknown) => void };

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer };

export type Receiver = { url: string; port: number; received: Received[] };

/** An HTTP server on loopback that records requests; it answers 204 unless the test says otherwise. */
export async function startReceiver(
  t: Cleanup,
  answer: (response: ServerResponse, request: Received) => void = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const complete = { method, path, headers, body: Buffer.concat(chunks) };
      received.push(complete);
      answer(response, complete);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, received };
}

/** A guarded HTTP client that may connect to loopback unless `allowPrivate` is false. */
export function openHttp(t: Cleanup, timeoutMs = 10_000, allowPrivate = true): GuardedFetch {
  const http = createGuardedFetch({ allowPrivate, timeoutMs, names: openNames(t) });
  t.after(() => http[Symbol.asyncDispose]());
  return http;
}
