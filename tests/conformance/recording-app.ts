import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from './engine.ts';

/** One request that a sidecar made to deliver. `body` is the parsed JSON. */
export type Delivery = { path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> };

export type Answer = { status?: number; body?: unknown };

export type RecordingApp = {
  port: number;
  app_token: string;
  deliveries: Delivery[];
  /** The events of all deliveries in order of arrival, bulk ones unpacked. */
  events(): Record<string, unknown>[];
  /** Decides what is answered from now on. */
  answer(how: (delivery: Delivery) => Answer | Promise<Answer>): void;
  /** What it answers when it is asked for its subscriptions, instead of those that it was given. */
  declare(status: number, body: string): void;
  /** How often it was asked, and by which headers the first time. */
  asked(): number;
  question(): IncomingHttpHeaders | undefined;
  listen(): Promise<void>;
  close(): Promise<void>;
};

/** An app that declares subscriptions, records what it gets, and answers as the test says (SUCCESS unless told). */
export async function recordingApp(
  t: Cleanup,
  subscriptions: unknown[],
  { isListening = true } = {},
): Promise<RecordingApp> {
  const deliveries: Delivery[] = [];
  const questions: IncomingHttpHeaders[] = [];
  let declared = { status: 200, body: JSON.stringify(subscriptions) };
  let decide: (delivery: Delivery) => Answer | Promise<Answer> = (delivery) => ({
    body: successOf(delivery),
  });

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        if (request.url === '/dapr/subscribe') {
          questions.push(request.headers);
          return response.writeHead(declared.status).end(declared.body);
        }
        if (request.method !== 'POST') return response.writeHead(200).end();
        const delivery = {
          path: request.url ?? '',
          headers: request.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
        };
        deliveries.push(delivery);
        const { status = 200, body } = await decide(delivery);
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
    app_token: 'app-token-of-conformance',
    deliveries,
    events: () =>
      deliveries.flatMap(({ body }) =>
        'entries' in body
          ? (body['entries'] as { event: Record<string, unknown> }[]).map(({ event }) => event)
          : [body],
      ),
    answer: (how) => {
      decide = how;
    },
    declare: (status, body) => {
      declared = { status, body };
    },
    asked: () => questions.length,
    question: () => questions[0],
    listen: () => listen(port),
    close,
  };
}

/** SUCCESS for whatever was delivered, in the form that its kind of delivery wants. */
export function successOf({ body }: Delivery): unknown {
  return statusesOf({ body }, () => 'SUCCESS');
}

/** A status for each event of a delivery. */
export function statusesOf(
  { body }: Pick<Delivery, 'body'>,
  statusOf: (event: Record<string, unknown>) => string,
): unknown {
  if (!('entries' in body)) return { status: statusOf(body) };
  const entries = body['entries'] as { entryId: string; event: Record<string, unknown> }[];
  return { statuses: entries.map(({ entryId, event }) => ({ entryId, status: statusOf(event) })) };
}
