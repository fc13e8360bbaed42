import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

type Item = {
  key: string;
  value: unknown;
  etag?: string;
  options?: { concurrency?: string };
  metadata?: { ttlInSeconds?: string };
};

export type StateRequest = { method: string; path: string; body: string; if_match: string | undefined };

export type StateStore = {
  /** Answers one request to `/v1.0/state/…`. */
  answer(request: StateRequest, response: ServerResponse): void;
};

/** A state store in memory that speaks HTTP as Dapr's state API does: ETags, first-write and time to live included. */
export function createStateStore(now: () => number = Date.now): StateStore {
  const items = new Map<string, { value: unknown; etag: string; expires_ms: number }>();

  function find(key: string) {
    const found = items.get(key);
    if (found && found.expires_ms > now()) return found;
    items.delete(key);
    return undefined;
  }

  function save({ key, value, etag, options, metadata }: Item): boolean {
    const found = find(key);
    const isFirstWrite = options?.concurrency === 'first-write' && etag === undefined;
    if ((etag !== undefined && found?.etag !== etag) || (isFirstWrite && found)) return false;
    const seconds = metadata?.ttlInSeconds;
    items.set(key, {
      value,
      etag: randomUUID(),
      expires_ms: seconds === undefined ? Infinity : now() + Number(seconds) * 1000,
    });
    return true;
  }

  return {
    answer({ method, path, body, if_match: ifMatch }, response) {
      if (method === 'POST') {
        const refused = (JSON.parse(body) as Item[]).find((item) => !save(item));
        // state.postgresql v2 of Dapr 1.17 knows of a mismatch only where there was an ETag.
        response.writeHead(!refused ? 204 : refused.etag === undefined ? 500 : 409).end();
        return;
      }
      const key = decodeURIComponent(path.split('/').at(-1) ?? '');
      const found = find(key);
      if (method === 'DELETE') {
        const isRefused = ifMatch !== undefined && found?.etag !== ifMatch;
        if (!isRefused) items.delete(key);
        response.writeHead(isRefused ? 409 : 204).end();
      } else if (found) response.writeHead(200, { etag: found.etag }).end(JSON.stringify(found.value));
      else response.writeHead(204).end();
    },
  };
}
