import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { Log } from '@rondo/shared/runtime/log';
import type { StoredRecord } from '../broker/record.ts';
import type { RetryPolicy } from './components.ts';
import { hasRules, routeFor, type DeclaredSubscription } from './subscription-list.ts';

/** What an app makes of a record: acknowledged, to be tried again, or given up. */
type Outcome = 'acknowledged' | 'retry' | 'dropped';

export type DeliveryOptions = {
  subscription: DeclaredSubscription;
  app: Pool;
  app_token: string;
  retry: RetryPolicy;
  /** Puts a record that was given up on the subscription's dead-letter topic. */
  deadLetter: (record: StoredRecord, topic: string) => Promise<void>;
  log: Log;
};

/**
 * Delivers records of one subscription until each is acknowledged or given up: the first time all together (or the
 * one), then, after a growing pause, those that were not. What a stop leaves is delivered again by whoever comes next.
 * @throws Error when it is stopped before everything is acknowledged
 */
export async function deliver(
  records: StoredRecord[],
  options: DeliveryOptions,
  stopped: AbortSignal,
): Promise<void> {
  const { subscription, retry, deadLetter } = options;
  let waiting = records;
  for (let backoff = retry.initial_ms; ; backoff = Math.min(backoff * 2, retry.max_ms)) {
    const outcomes = subscription.bulkSubscribe?.enabled
      ? await deliverBulk(waiting, options)
      : [await deliverOne(waiting[0], options)];
    for (const [index, record] of waiting.entries()) {
      if (outcomes[index] === 'dropped' && subscription.deadLetterTopic)
        await deadLetter(record, subscription.deadLetterTopic);
    }
    waiting = waiting.filter((_, index) => outcomes[index] === 'retry');
    if (waiting.length === 0) return;
    await pause(backoff, undefined, { signal: stopped });
  }
}

async function deliverOne(record: StoredRecord | undefined, options: DeliveryOptions): Promise<Outcome> {
  if (!record) return 'acknowledged';
  const { subscription } = options;
  const type = hasRules(subscription) ? (JSON.parse(record.value) as { type?: unknown }).type : undefined;
  const path = routeFor(subscription, type);
  if (path === undefined) return 'acknowledged';
  const answer = await post(
    path,
    record.value,
    'application/cloudevents+json',
    headersOf(record, subscription),
    options,
  );
  if (!answer || answer.status === 404) return answer ? 'dropped' : 'retry';
  return answer.status >= 200 && answer.status < 300 ? outcomeOf(answer.text) : 'retry';
}

async function deliverBulk(records: StoredRecord[], options: DeliveryOptions): Promise<Outcome[]> {
  const { subscription } = options;
  const path = routeFor(subscription, undefined);
  if (path === undefined) return records.map(() => 'acknowledged');
  const entries = records.map((record) => ({ record, entryId: randomUUID() }));
  const answer = await post(
    path,
    bulkBody(entries, subscription),
    'application/json',
    { pubsubname: subscription.pubsubname },
    options,
  );
  if (!answer || (answer.status !== 404 && (answer.status < 200 || answer.status > 299)))
    return records.map(() => 'retry');
  // As daprd has it, 404 to a bulk delivery drops everything and spares the dead-letter topic.
  if (answer.status === 404) return records.map(() => 'acknowledged');
  const statuses = statusesOf(answer.text);
  return entries.map(({ entryId }) => outcomeOfStatus(statuses.get(entryId)));
}

/** Values are JSON already, and are put in as they are. */
function bulkBody(
  entries: { record: StoredRecord; entryId: string }[],
  { topic, pubsubname }: DeclaredSubscription,
): string {
  const texts = entries.map(
    ({ record, entryId }) =>
      `{"entryId":"${entryId}","event":${jsonOf(record)},"contentType":"application/cloudevents+json","metadata":${JSON.stringify(placeOf(record))}}`,
  );
  const head = JSON.stringify({
    id: randomUUID(),
    topic,
    pubsubname,
    type: 'com.dapr.event.sent.bulk',
    metadata: { pubsubName: pubsubname },
  });
  return `${head.slice(0, -1)},"entries":[${texts.join(',')}]}`;
}

/** The value of a raw publication need not be JSON. */
function jsonOf({ value, headers }: StoredRecord): string {
  return headers['rawPayload'] === 'true' ? JSON.stringify(value) : value;
}

async function post(
  path: string,
  body: string,
  contentType: string,
  headers: Record<string, string>,
  { app, app_token, log, subscription }: DeliveryOptions,
): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await app.request({
      method: 'POST',
      path: path.startsWith('/') ? path : `/${path}`,
      body,
      headers: { ...headers, 'content-type': contentType, 'dapr-api-token': app_token },
    });
    return { status: response.statusCode, text: await response.body.text() };
  } catch (error) {
    log.debug({ err: error, topic: subscription.topic }, 'the app did not answer a delivery');
    return undefined;
  }
}

function placeOf({ topic, partition, offset, key, timestamp }: StoredRecord): Record<string, string> {
  return {
    __topic: topic,
    __partition: String(partition),
    __offset: String(offset),
    __timestamp: String(timestamp),
    ...(key === null ? {} : { __key: key }),
  };
}

const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
// What HTTP allows in a value (RFC 9110 section 5.5); anything else stays in the envelope alone.
const headerValue = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;

function headersOf(record: StoredRecord, { pubsubname }: DeclaredSubscription): Record<string, string> {
  const own = Object.entries(record.headers).filter(
    ([name, value]) => headerName.test(name) && headerValue.test(value),
  );
  const traceparent = record.headers['cloudevent.traceparent'];
  return {
    ...Object.fromEntries(own),
    ...placeOf(record),
    pubsubname,
    ...(traceparent ? { traceparent } : {}),
  };
}

function outcomeOf(text: string): Outcome {
  if (text.trim() === '') return 'acknowledged';
  try {
    return outcomeOfStatus((JSON.parse(text) as { status?: unknown }).status ?? 'SUCCESS');
  } catch {
    return 'acknowledged';
  }
}

function outcomeOfStatus(status: unknown): Outcome {
  if (status === 'SUCCESS' || status === '') return 'acknowledged';
  return status === 'DROP' ? 'dropped' : 'retry';
}

function statusesOf(text: string): Map<unknown, unknown> {
  try {
    const { statuses } = JSON.parse(text) as { statuses?: { entryId?: unknown; status?: unknown }[] };
    return new Map(statuses?.map(({ entryId, status }) => [entryId, status]));
  } catch {
    return new Map();
  }
}
