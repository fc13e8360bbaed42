import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from './engine.ts';

/** A delivery by a sidecar. `body` is the parsed JSON. */
export type Delivery = { path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> };

export type Answer = { status?: number; body?: unknown };

export type RecordingApp = {
  port: number;
  appToken: string;
  deliveries: Delivery[];
  /** The events of all deliveries, single and bulk, in the order of arrival. */
  events(): Record<string, unknown>[];
  /** Sets the answers to further deliveries. */
  answer(how: (delivery: Delivery) => Answer | Promise<Answer>): void;
  /** Sets the answer to `GET /dapr/subscribe`. */
  declare(status: number, body: string): void;
  /** Closes the connections of the next requests to `GET /dapr/subscribe` without an answer, as a crash does. */
  dropSubscribeRequests(count: number): void;
  /** The headers of all requests to `GET /dapr/subscribe`. */
  subscribeRequests: IncomingHttpHeaders[];
  listen(): Promise<void>;
  close(): Promise<void>;
};

/** Starts an app that declares subscriptions, records deliveries, and answers SUCCESS unless the test sets an answer. */
export async function recordingApp(
  t: Cleanup,
  subscriptions: unknown[],
  { isListening = true } = {},
): Promise<RecordingApp> {
  const deliveries: Delivery[] = [];
  const subscribeRequests: IncomingHttpHeaders[] = [];
  let declared = { status: 200, body: JSON.stringify(subscriptions) };
  let dropped = 0;
  let answerTo: (delivery: Delivery) => Answer | Promise<Answer> = (delivery) => ({
    body: successOf(delivery),
  });

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        if (request.url === '/dapr/subscribe') {
          subscribeRequests.push(request.headers);
          if (subscribeRequests.length <= dropped) return request.socket.destroy();
          return response.writeHead(declared.status).end(declared.body);
        }
        if (request.method !== 'POST') return response.writeHead(200).end();
        const delivery = {
          path: request.url ?? '',
          headers: request.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
        };
        deliveries.push(delivery);
        const { status = 200, body } = await answerTo(delivery);
        return response.writeHead(status).end(body === undefined ? '' : JSON.stringify(body));
      })();
    });
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  await listen(0);
  const { port } = server.address() as AddressInfo;
  if (!isListening) await close();
  t.after(close);
  return {
    port,
    appToken: 'app-token-of-conformance',
    deliveries,
    events: () =>
      deliveries.flatMap(({ body }) =>
        'entries' in body
          ? (body['entries'] as { event: Record<string, unknown> }[]).map(({ event }) => event)
          : [body],
      ),
    answer: (how) => {
      answerTo = how;
    },
    declare: (status, body) => {
      declared = { status, body };
    },
    dropSubscribeRequests: (count) => {
      dropped = subscribeRequests.length + count;
    },
    subscribeRequests,
    listen: () => listen(port),
    close,
  };
}

/** The body that acknowledges a single or a bulk delivery. */
export function successOf({ body }: Delivery): unknown {
  return statusesOf({ body }, () => 'SUCCESS');
}

/** The body with a status for each event of a delivery. */
export function statusesOf(
  { body }: Pick<Delivery, 'body'>,
  statusOf: (event: Record<string, unknown>) => string,
): unknown {
  if (!('entries' in body)) return { status: statusOf(body) };
  const entries = body['entries'] as { entryId: string; event: Record<string, unknown> }[];
  return { statuses: entries.map(({ entryId, event }) => ({ entryId, status: statusOf(event) })) };
}
