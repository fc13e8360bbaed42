import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from './identity.ts';
import { createStateStore } from './state-store.ts';

/** One entry of a bulk publish: the CloudEvent that it is, and the data of that. */
export type PublishedEntry = {
  topic: string;
  entryId: string;
  envelope: Record<string, unknown>;
  event: Record<string, unknown>;
  metadata: Record<string, string>;
};

type GivenEntry = { entryId: string; event: string; metadata: Record<string, string> };

/** What becomes of one bulk publish: all taken, some or all refused by entry id, something odd, or no answer at all. */
export type PublishOutcome =
  | 'accept'
  | 'hang'
  /** A text is the error that the broker names. */
  | { refuse: (entry: PublishedEntry) => boolean | string }
  | { status: number; body: string };

/** @param bytes of the whole publish, as it came */
type Decide = (topic: string, entries: PublishedEntry[], bytes: number) => PublishOutcome;

export type ScriptedSidecar = {
  url: string;
  /** Everything that was accepted, in the order of acceptance. */
  accepted: PublishedEntry[];
  /** Every attempt, refused ones included. */
  attempts: number;
  /** Decides over publishes from now on. */
  onPublish(decide: Decide): void;
  close(): Promise<void>;
};

/**
 * The far side of a service's Dapr client: a sidecar over HTTP whose publishes a test decides, with a state store and
 * secrets. The client, and everything behind it, is the real one.
 */
export async function startScriptedSidecar(
  t: Cleanup,
  secrets: Record<string, Record<string, string>> = {},
): Promise<ScriptedSidecar> {
  const accepted: PublishedEntry[] = [];
  const state = createStateStore();
  let decide: Decide = () => 'accept';
  const sidecar = { attempts: 0 };

  function publish(path: string, body: string, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(path, 'http://sidecar');
    const topic = pathname.split('/').at(-1) ?? '';
    const ofAll = Object.fromEntries(
      [...searchParams].map(([name, value]) => [name.replace('metadata.', ''), value]),
    );
    const entries = (JSON.parse(body) as GivenEntry[]).map(({ event: text, entryId, metadata: own }) => {
      const envelope = JSON.parse(text) as Record<string, unknown>;
      const metadata = { ...own, ...ofAll };
      return { topic, entryId, metadata, envelope, event: envelope['data'] as Record<string, unknown> };
    });
    sidecar.attempts += 1;
    const outcome = decide(topic, entries, Buffer.byteLength(body));
    if (outcome === 'hang') return;
    if (outcome !== 'accept' && 'status' in outcome) {
      response.writeHead(outcome.status).end(outcome.body);
      return;
    }
    const failedEntries = entries.flatMap((entry) => {
      const error = outcome === 'accept' ? false : outcome.refuse(entry);
      if (error === false) accepted.push(entry);
      return error === false ? [] : [{ entryId: entry.entryId, error: error === true ? 'refused' : error }];
    });
    if (failedEntries.length === 0) response.writeHead(204).end();
    else
      response.writeHead(500).end(
        JSON.stringify({
          failedEntries,
          errorCode: 'ERR_PUBSUB_PUBLISH_MESSAGE',
        }),
      );
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      if (path.startsWith('/v1.0/publish/bulk/')) publish(path, body, response);
      else if (path.startsWith('/v1.0/state/'))
        state.answer(
          { method: request.method ?? '', path, body, if_match: request.headers['if-match'] },
          response,
        );
      else if (path.startsWith('/v1.0/secrets/')) {
        const secret = secrets[path.split('/').at(-1) ?? ''];
        response.writeHead(secret ? 200 : 500).end(JSON.stringify(secret ?? { errorCode: 'ERR_SECRET_GET' }));
      } else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  t.after(close);
  return Object.assign(sidecar, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    onPublish: (how: Decide) => {
      decide = how;
    },
    close,
  });
}
