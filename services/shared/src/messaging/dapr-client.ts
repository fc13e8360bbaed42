import { Pool, type Dispatcher } from 'undici';
import { AppError } from '../errors.ts';

/** One entry of a bulk publish. `text` becomes the record's value as it is: the sidecar puts nothing around it. */
export type OutgoingEvent = { entry_id: string; partition_key: string; text: string };

export type StateItem = { value: unknown; etag: string };

export type DaprClient = AsyncDisposable & {
  /**
   * Publishes a batch of at most 4 MiB, which is what a sidecar takes. Resolves with the entry ids that were not accepted,
   * empty when all were. @throws AppError `publish-failed`, retryable unless the sidecar forbids it
   */
  publishBulk(pubsub: string, topic: string, events: OutgoingEvent[]): Promise<Set<string>>;
  /** @returns undefined when the key is absent. */
  getState(store: string, key: string): Promise<StateItem | undefined>;
  /** Saves a value, for `ttl_seconds` where given. With an `etag`, only over that version; with `is_new`, only where
   * there is none (first-write wins). @returns false when another was first. */
  saveState(
    store: string,
    key: string,
    value: unknown,
    options?: { etag?: string; is_new?: boolean; ttl_seconds?: number },
  ): Promise<boolean>;
  /** @returns false when the etag no longer matches. */
  deleteState(store: string, key: string, etag?: string): Promise<boolean>;
  /** A secret's entries. @throws AppError `secret-missing` or a retryable `sidecar-unavailable`. */
  getSecret(store: string, name: string): Promise<Record<string, string>>;
  /** Whether the sidecar itself is up (`/v1.0/healthz/outbound`): true before the app listens, too. */
  isHealthy(): Promise<boolean>;
};

type Answer = { status: number; headers: Dispatcher.ResponseData['headers']; text: string };

/**
 * Client of a Dapr sidecar's HTTP API (v1.0, Dapr 1.17 or later). Every call ends within `timeout_ms`
 * (default 10 s) with an answer or an AppError.
 */
export function createDaprClient(options: {
  endpoint: string;
  token: string;
  timeout_ms?: number;
}): DaprClient {
  const timeout = options.timeout_ms ?? 10_000;
  // A failed bulk publish copies its body into response headers, beyond undici's default of 16 KiB.
  const pool = new Pool(options.endpoint, {
    connections: 16,
    maxHeaderSize: 1024 * 1024,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connectTimeout: 3_000,
  });

  async function call(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    try {
      const response = await pool.request({
        method,
        path,
        headers: { 'dapr-api-token': options.token, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(timeout),
      });
      return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
    } catch (cause) {
      throw new AppError('sidecar-unavailable', `The Dapr sidecar at ${options.endpoint} does not answer.`, {
        status: 503,
        retryable: true,
        cause,
      });
    }
  }

  function failure(code: string, what: string, answer: Answer): AppError {
    return new AppError(code, `${what}: the sidecar answered ${answer.status} ${answer.text.slice(0, 500)}`, {
      status: 503,
      retryable: answer.status >= 500 || answer.status === 429,
    });
  }

  async function getState(store: string, key: string): Promise<StateItem | undefined> {
    const answer = await call('GET', `/v1.0/state/${store}/${encodeURIComponent(key)}`);
    if (answer.status === 204) return undefined;
    const etag = answer.headers['etag'];
    if (answer.status !== 200 || typeof etag !== 'string')
      throw failure('state-failed', 'Reading state', answer);
    return { value: JSON.parse(answer.text) as unknown, etag };
  }

  return {
    async publishBulk(pubsub, topic, events) {
      const answer = await call(
        'POST',
        `/v1.0/publish/bulk/${pubsub}/${topic}?metadata.rawPayload=true`,
        bulkBody(events),
      );
      if (answer.status === 204) return new Set();
      const failed = failedEntries(answer, events);
      if (failed) return failed;
      throw failure('publish-failed', `Publishing to ${topic}`, answer);
    },

    getState,

    async saveState(store, key, value, { etag, is_new, ttl_seconds } = {}) {
      const item = {
        key,
        value,
        ...(etag === undefined ? {} : { etag }),
        ...(etag === undefined && !is_new ? {} : { options: { concurrency: 'first-write' } }),
        ...(ttl_seconds === undefined ? {} : { metadata: { ttlInSeconds: String(ttl_seconds) } }),
      };
      const answer = await call('POST', `/v1.0/state/${store}`, JSON.stringify([item]));
      if (answer.status === 409) return false;
      // Without an ETag, state.postgresql v2 (Dapr 1.17) says 500 also when another was first: only a look tells.
      if (answer.status === 500 && is_new && etag === undefined && (await getState(store, key))) return false;
      if (answer.status !== 204) throw failure('state-failed', 'Saving state', answer);
      return true;
    },

    async deleteState(store, key, etag) {
      const headers = etag === undefined ? {} : { 'if-match': etag };
      const answer = await call(
        'DELETE',
        `/v1.0/state/${store}/${encodeURIComponent(key)}`,
        undefined,
        headers,
      );
      if (answer.status === 409) return false;
      if (answer.status !== 204) throw failure('state-failed', 'Deleting state', answer);
      return true;
    },

    async getSecret(store, name) {
      const answer = await call('GET', `/v1.0/secrets/${store}/${encodeURIComponent(name)}`);
      if (answer.status !== 200)
        throw failure('secret-missing', `Reading the secret ${name} of ${store}`, answer);
      return JSON.parse(answer.text) as Record<string, string>;
    },

    async isHealthy() {
      return call('GET', '/v1.0/healthz/outbound').then(
        ({ status }) => status === 204,
        () => false,
      );
    },

    [Symbol.asyncDispose]: () => pool.close(),
  };
}

function bulkBody(events: OutgoingEvent[]): string {
  return JSON.stringify(
    events.map(({ entry_id: entryId, partition_key: partitionKey, text }) => ({
      entryId,
      event: text,
      contentType: 'text/plain',
      metadata: { partitionKey },
    })),
  );
}

/** The entries a failed bulk publish names. One that it names and that we did not send makes the answer worthless. */
function failedEntries(answer: Answer, events: OutgoingEvent[]): Set<string> | undefined {
  const sent = new Set(events.map(({ entry_id }) => entry_id));
  try {
    const { failedEntries: failed } = JSON.parse(answer.text) as { failedEntries?: { entryId: string }[] };
    const ids = failed?.map(({ entryId }) => entryId) ?? [];
    return ids.length > 0 && ids.every((id) => sent.has(id)) ? new Set(ids) : undefined;
  } catch {
    return undefined;
  }
}
