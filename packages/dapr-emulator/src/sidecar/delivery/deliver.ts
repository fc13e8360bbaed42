import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { Log } from '@rondo/shared/observability/log';
import type { NewRecord, StoredRecord } from '../../broker/record.ts';
import type { RetryPolicy } from '../components.ts';
import { outcomeOf, outcomesOf, type AppAnswer, type Outcome } from './outcome.ts';
import { bulkBody, headersOf, metadataOf, traceHeader, wrapped, type Outgoing } from './request.ts';
import { hasRules, isOfRawPayloads, routeFor, type DeclaredSubscription } from './declared-subscription.ts';
import { hasExpired } from '../time-to-live.ts';

export type DeliveryOptions = {
  subscription: DeclaredSubscription;
  app: Pool;
  app_token: string;
  retry: RetryPolicy;
  append: (records: NewRecord[]) => Promise<void>;
  /** Whether the app may publish to the subscription's dead-letter topic. */
  may_bury: boolean;
  log: Log;
};

/** An entry keeps its number in the batch however often it is delivered. */
type Waiting = { record: StoredRecord; entry_id: string };

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
  const { retry } = options;
  let waiting: Waiting[] = records.map((record, index) => ({ record, entry_id: String(index) }));
  for (let backoff = retry.initial_ms; ; backoff = Math.min(backoff * 2, retry.max_ms)) {
    const outcomes = await attempt(waiting, options);
    const left: Waiting[] = [];
    for (const [index, entry] of waiting.entries()) {
      if (!(await isDone(entry.record, outcomes[index] ?? 'retry', options))) left.push(entry);
    }
    waiting = left;
    if (waiting.length === 0) return;
    await pause(backoff, undefined, { signal: stopped });
  }
}

/** Buries what was given up, and says whether that is the end of it. */
async function isDone(record: StoredRecord, outcome: Outcome, options: DeliveryOptions): Promise<boolean> {
  if (outcome === 'acknowledged') return true;
  if (outcome === 'retry') return false;
  const { deadLetterTopic, pubsubname } = options.subscription;
  if (!deadLetterTopic) return outcome !== 'undeliverable';
  // As daprd has it: where the app may not publish its dead letters, one of a bulk delivery is lost, any other blocks.
  if (!options.may_bury) return outcome === 'unwanted' || (outcome === 'dropped' && isBulk(options));
  // The value and its origin stay what they were.
  const headers = { ...metadataOf(record), ...(isBulk(options) ? {} : { pubsubName: pubsubname }) };
  await options.append([{ topic: deadLetterTopic, key: record.key, value: record.value, headers }]);
  return true;
}

function isBulk({ subscription }: DeliveryOptions): boolean {
  return subscription.bulkSubscribe?.enabled === true;
}

/** Delivers once: all events of one path together in bulk, otherwise the one. */
async function attempt(waiting: Waiting[], options: DeliveryOptions): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const paths = new Map<string, Outgoing[]>();
  for (const entry of waiting) {
    const found = examine(entry.record, options);
    if (typeof found === 'string') {
      outcomes.set(entry.entry_id, found);
      continue;
    }
    const events = paths.get(found.path) ?? [];
    events.push({ ...entry, text: found.text, content_type: found.content_type });
    paths.set(found.path, events);
  }
  for (const [path, events] of paths) {
    const results = isBulk(options)
      ? await deliverBulk(path, events, options)
      : await deliverOne(path, events, options);
    for (const [index, event] of events.entries()) outcomes.set(event.entry_id, results[index] ?? 'retry');
  }
  return waiting.map(({ entry_id: entryId }) => outcomes.get(entryId) ?? 'retry');
}

/** What is to be delivered of a record and where to, or why it is not. */
function examine(
  record: StoredRecord,
  options: DeliveryOptions,
): { path: string; text: string; content_type: string } | Outcome {
  const { subscription } = options;
  const { value, headers } = record;
  if (isOfRawPayloads(subscription)) {
    const path = routeFor(subscription, 'com.dapr.event.sent');
    if (path === undefined) return 'unwanted';
    const text = isBulk(options)
      ? JSON.stringify(Buffer.from(value).toString('base64'))
      : wrapped(record, subscription);
    return { path, text, content_type: 'application/octet-stream' };
  }
  // What this sidecar put into an envelope needs no look.
  if (headers['rawPayload'] !== undefined && !isObject(value)) return 'undeliverable';
  if (hasExpired(value, Date.now())) return 'unwanted';
  const type = hasRules(subscription) ? (JSON.parse(value) as { type?: unknown }).type : undefined;
  const path = routeFor(subscription, type);
  return path === undefined
    ? 'unwanted'
    : { path, text: value, content_type: 'application/cloudevents+json' };
}

function isObject(text: string): boolean {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

async function deliverOne(path: string, [event]: Outgoing[], options: DeliveryOptions): Promise<Outcome[]> {
  if (!event) return [];
  const headers = headersOf(event, options.subscription);
  return [outcomeOf(await post(path, event.text, 'application/cloudevents+json', headers, options))];
}

async function deliverBulk(path: string, events: Outgoing[], options: DeliveryOptions): Promise<Outcome[]> {
  const { subscription } = options;
  const headers = { ...traceHeader(events[0]?.text ?? ''), pubsubname: subscription.pubsubname };
  const body = bulkBody(events, subscription);
  const answer = await post(path, body, 'application/json', headers, options);
  return outcomesOf(
    answer,
    events.map(({ entry_id }) => entry_id),
  );
}

async function post(
  path: string,
  body: string,
  contentType: string,
  headers: Record<string, string>,
  { app, app_token, log, subscription }: DeliveryOptions,
): Promise<AppAnswer> {
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
