import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { clientAddressOf, type ProxyTrust } from '@rondo/shared/http/client-address';
import { hasOneHost } from '@rondo/shared/http/one-host';
import { answerWithProblem } from '@rondo/shared/http/raw-problem';
import type { ServiceEntry } from '@rondo/shared/service-registry';
import { tooManyOpen } from '../proxy/open-requests.ts';
import { noAnswerOf, urlOf } from '../proxy/proxy-requests.ts';
import type { StalledReaders } from '../stalled-readers.ts';
import { openTunnel, type Tunnel } from './tunnel.ts';

export type SocketProxy = {
  /** The server's `shouldUpgradeCallback`: whether a request opens a WebSocket. Any other upgrade is a plain request. */
  accepts(request: IncomingMessage): boolean;
  /** @param isExcess whether a request came on a connection above the limit */
  addTo(app: FastifyInstance, isExcess: (request: IncomingMessage) => boolean): void;
};

/** How long clients have at a stop to read what is left and to close, in milliseconds. */
const closeTimeoutMs = 1_000;

/**
 * Passes WebSockets on as TCP, only at the socket paths of services. The gateway reads no frame: backpressure, pings, sizes,
 * `Origin` and close codes hold between client and service. At a stop each socket is closed with 1001.
 */
export function createSocketProxy(
  registry: readonly ServiceEntry[],
  {
    services,
    trust,
    answerMs,
    readers,
  }: { services: Record<string, string>; trust: ProxyTrust; answerMs: number; readers: StalledReaders },
): SocketProxy {
  const targets = new Map(
    registry.flatMap(({ name, socketPaths = [] }) =>
      socketPaths.map((path) => [path, { name, url: new URL(urlOf(name, services)) }] as const),
    ),
  );
  const targetOf = ({ url }: IncomingMessage) => targets.get(url?.split('?', 1)[0] ?? '');
  const tunnels = new Set<Tunnel>();

  return {
    accepts: (request) => isWebSocket(request) && targetOf(request) !== undefined && isUnambiguous(request),
    addTo(app, isExcess) {
      app.addHook('onRequest', ({ raw }, _reply, done) => {
        if (isWebSocket(raw))
          throw new AppError(
            'bad-request',
            `A WebSocket opens with GET at ${[...targets.keys()].join(', ')}.`,
          );
        done();
      });
      app.server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
        const target = targetOf(request);
        if (!target || isExcess(request)) return answerWithProblem(client, tooManyOpen());
        const tunnel = openTunnel({
          request,
          client,
          head,
          service: target.url,
          clientAddress: clientAddressOf(request, trust),
          answerMs,
          readers,
          onUnreachable: () => answerWithProblem(client, noAnswerOf(target.name)),
        });
        tunnels.add(tunnel);
        void tunnel.closed.then(() => tunnels.delete(tunnel));
      });
      // Before the HTTP server closes, because it would wait for the sockets forever.
      app.addHook('preClose', () => closeAll([...tunnels]));
    },
  };
}

async function closeAll(tunnels: Tunnel[]): Promise<void> {
  for (const tunnel of tunnels) tunnel.close();
  const timer = setTimeout(() => {
    for (const tunnel of tunnels) tunnel.destroy();
  }, closeTimeoutMs);
  await Promise.all(tunnels.map(({ closed }) => closed));
  clearTimeout(timer);
}

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1). */
function isWebSocket({ headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade !== undefined && upgrade.toLowerCase() === 'websocket';
}

/** A request that gateway and service could read in two ways must not be passed on as bytes. */
function isUnambiguous(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return request.method === 'GET' && length === undefined && encoding === undefined && hasOneHost(request);
}
