import { Pool, type Dispatcher } from 'undici';
import type { ErrorCode } from '../contracts/error-codes.ts';
import { AppError } from '../errors.ts';

/** One entry of a bulk publish. `text` becomes the record's value as it is; the sidecar adds nothing. */
export type OutgoingEvent = { entryId: string; partitionKey: string; text: string };

/** Why an entry was not accepted. `isTooLarge`: for its size, so that it never will be. */
export type Refusal = { isTooLarge: boolean; detail: string };

export type StateItem = { value: unknown; etag: string };

export type DaprClient = AsyncDisposable & {
  /**
   * Publishes a batch of at most 4 MiB, the sidecar's limit. Resolves with the refused entries by their ids.
   * @throws AppError `publish-failed`, retryable unless the sidecar forbids it, and `sidecar-unavailable`: the outcome of
   * each entry is unknown
   */
  publishBulk(pubsub: string, topic: string, events: OutgoingEvent[]): Promise<Map<string, Refusal>>;
  /** @returns undefined if the key is absent */
  getState(store: string, key: string): Promise<StateItem | undefined>;
  /**
   * Saves a value, for `ttlSeconds` if given. With an `etag`, it replaces only that version; with `isNew`, it replaces
   * nothing (first write wins). @returns false if another write was first
   */
  saveState(
    store: string,
    key: string,
    value: unknown,
    options?: { etag?: string; isNew?: boolean; ttlSeconds?: number },
  ): Promise<boolean>;
  /** @returns false if the etag no longer matches */
  deleteState(store: string, key: string, etag?: string): Promise<boolean>;
  /** Reads a secret's entries. @throws AppError `secret-missing` or a retryable `sidecar-unavailable` */
  getSecret(store: string, name: string): Promise<Record<string, string>>;
  /** Whether the sidecar itself is up (`/v1.0/healthz/outbound`), even before the app listens. */
  isHealthy(): Promise<boolean>;
};

/** Dapr's default `max-body-size`. */
const sidecarBodyBytes = 4 * 1024 * 1024;

type Answer = { status: number; headers: Dispatcher.ResponseData['headers']; text: string };

/**
 * Client of a Dapr sidecar's HTTP API (v1.0, Dapr 1.17 or later). Every call ends within `timeoutMs`
 * (default 10 s) with an answer or an AppError.
 */
export function createDaprClient(options: {
  endpoint: string;
  token: string;
  timeoutMs?: number;
}): DaprClient {
  const timeout = options.timeoutMs ?? 10_000;
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
        cause,
      });
    }
  }

  function failure(code: ErrorCode, what: string, answer: Answer): AppError {
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
      const body = bulkBody(events);
      const [only] = events;
      // A sidecar closes the connection on a body over its limit, which would look like an unknown outcome.
      if (only && events.length === 1 && Buffer.byteLength(body) > sidecarBodyBytes)
        return new Map([
          [only.entryId, { isTooLarge: true, detail: 'larger than the body that a sidecar accepts' }],
        ]);
      const answer = await call('POST', `/v1.0/publish/bulk/${pubsub}/${topic}?${recordMetadata}`, body);
      if (answer.status === 204) return new Map();
      const failed = failedEntries(answer, events);
      if (failed) return failed;
      if (answer.status === 413 || isAboutSize(answer.text)) {
        const refusal = { isTooLarge: true, detail: answer.text.slice(0, 500) };
        return new Map(events.map(({ entryId }) => [entryId, refusal]));
      }
      throw failure('publish-failed', `Publishing to ${topic}`, answer);
    },

    getState,

    async saveState(store, key, value, { etag, isNew, ttlSeconds } = {}) {
      const item = {
        key,
        value,
        ...(etag === undefined ? {} : { etag }),
        ...(etag === undefined && !isNew ? {} : { options: { concurrency: 'first-write' } }),
        ...(ttlSeconds === undefined ? {} : { metadata: { ttlInSeconds: String(ttlSeconds) } }),
      };
      const answer = await call('POST', `/v1.0/state/${store}`, JSON.stringify([item]));
      if (answer.status === 409) return false;
      // Without an ETag, state.postgresql v2 (Dapr 1.17) also answers 500 if another write was first: only a read tells.
      if (answer.status === 500 && isNew && etag === undefined && (await getState(store, key))) return false;
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

/**
 * The metadata of each record of a publication. A sidecar makes headers of it: the second one says that a record is a
 * CloudEvent in structured mode (Kafka Protocol Binding for CloudEvents 1.0.2, section 3.3).
 */
const recordMetadata = new URLSearchParams({
  'metadata.rawPayload': 'true',
  'metadata.content-type': 'application/cloudevents+json',
}).toString();

function bulkBody(events: OutgoingEvent[]): string {
  return JSON.stringify(
    events.map(({ entryId, partitionKey, text }) => ({
      entryId,
      event: text,
      contentType: 'text/plain',
      metadata: { partitionKey },
    })),
  );
}

/** The entries that a failed bulk publish names; undefined if it names one that was not sent. */
function failedEntries(answer: Answer, events: OutgoingEvent[]): Map<string, Refusal> | undefined {
  const sent = new Set(events.map(({ entryId }) => entryId));
  try {
    const { failedEntries: failed = [] } = JSON.parse(answer.text) as {
      failedEntries?: { entryId: string; error?: string }[];
    };
    if (failed.length === 0 || !failed.every(({ entryId }) => sent.has(entryId))) return undefined;
    return new Map(
      failed.map(({ entryId, error = '' }) => [
        entryId,
        { isTooLarge: isAboutSize(error), detail: error.slice(0, 500) },
      ]),
    );
  } catch {
    return undefined;
  }
}

/** Whether a refusal is about a size: of the producer, of the broker, or of the sidecar's body. Dapr has no code for it. */
function isAboutSize(message: string): boolean {
  return /message larger than configured|Message was too large|MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE|stream too large|body too large/i.test(
    message,
  );
}
