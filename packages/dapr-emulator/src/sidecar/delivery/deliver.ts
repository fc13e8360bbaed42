import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'undici';
import type { NewRecord, StoredRecord } from '../../broker/record.ts';
import type { Log } from '../../log.ts';
import type { RetryPolicy } from '../components.ts';
import { outcomeOf, outcomesOf, type AppAnswer, type Outcome } from './outcome.ts';
import { bulkBody, headersOf, metadataOf, traceHeader, wrapRaw, type Outgoing } from './request.ts';
import { hasRules, hasRawPayloads, routeFor, type DeclaredSubscription } from './declared-subscription.ts';
import { hasExpired } from '../time-to-live.ts';

export type DeliveryOptions = {
  subscription: DeclaredSubscription;
  app: Pool;
  appToken: string;
  retry: RetryPolicy;
  append: (records: NewRecord[]) => Promise<void>;
  /** Whether the app may publish to the dead-letter topic of the subscription. */
  mayDeadLetter: boolean;
  log: Log;
};

/** The id of an entry is its number in the batch and stays the same in each attempt. */
type Entry = { record: StoredRecord; entryId: string };

/**
 * Delivers records of one subscription until each is acknowledged or dropped. After a growing pause it repeats those that
 * were not. The records that remain at a stop are delivered again after the next start.
 * @throws AbortError if it is stopped before all records are acknowledged
 */
export async function deliver(
  records: StoredRecord[],
  options: DeliveryOptions,
  stopped: AbortSignal,
): Promise<void> {
  const { retry } = options;
  let waiting: Entry[] = records.map((record, index) => ({ record, entryId: String(index) }));
  for (let backoff = retry.initialMs; ; backoff = Math.min(backoff * 2, retry.maxMs)) {
    const outcomes = await attempt(waiting, options);
    const left: Entry[] = [];
    for (const [index, entry] of waiting.entries()) {
      if (!(await handleOutcome(entry.record, outcomes[index] ?? 'retry', options))) left.push(entry);
    }
    waiting = left;
    if (waiting.length === 0) return;
    await pause(backoff, undefined, { signal: stopped });
  }
}

/** Writes a record to the dead letters if its outcome requires that. @returns whether the record is done */
async function handleOutcome(
  record: StoredRecord,
  outcome: Outcome,
  options: DeliveryOptions,
): Promise<boolean> {
  if (outcome === 'acknowledged') return true;
  if (outcome === 'retry') return false;
  const { deadLetterTopic, pubsubname } = options.subscription;
  if (!deadLetterTopic) return outcome !== 'undeliverable';
  // As in daprd: if the app may not publish its dead letters, a drop in bulk loses the record, any other drop is retried.
  if (!options.mayDeadLetter) return outcome === 'unwanted' || (outcome === 'dropped' && isBulk(options));
  const headers = { ...metadataOf(record), ...(isBulk(options) ? {} : { pubsubName: pubsubname }) };
  await options.append([{ topic: deadLetterTopic, key: record.key, value: record.value, headers }]);
  return true;
}

function isBulk({ subscription }: DeliveryOptions): boolean {
  return subscription.bulkSubscribe?.enabled === true;
}

/** Delivers once: one event, or in bulk all events of each path. */
async function attempt(waiting: Entry[], options: DeliveryOptions): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const paths = new Map<string, Outgoing[]>();
  for (const entry of waiting) {
    const event = prepare(entry.record, options);
    if (typeof event === 'string') {
      outcomes.set(entry.entryId, event);
      continue;
    }
    const events = paths.get(event.path) ?? [];
    events.push({ ...entry, text: event.text, contentType: event.contentType });
    paths.set(event.path, events);
  }
  for (const [path, events] of paths) {
    const results = isBulk(options)
      ? await deliverBulk(path, events, options)
      : await deliverOne(path, events, options);
    for (const [index, event] of events.entries()) outcomes.set(event.entryId, results[index] ?? 'retry');
  }
  return waiting.map(({ entryId }) => outcomes.get(entryId) ?? 'retry');
}

/** @returns the text and the path of a delivery, or the outcome of a record that is not delivered */
function prepare(
  record: StoredRecord,
  options: DeliveryOptions,
): { path: string; text: string; contentType: string } | Outcome {
  const { subscription } = options;
  const { value, headers } = record;
  if (hasRawPayloads(subscription)) {
    const path = routeFor(subscription, 'com.dapr.event.sent');
    if (path === undefined) return 'unwanted';
    const text = isBulk(options)
      ? JSON.stringify(Buffer.from(value).toString('base64'))
      : wrapRaw(record, subscription);
    return { path, text, contentType: 'application/octet-stream' };
  }
  // Only a raw payload can lack an envelope.
  if (headers['rawPayload'] !== undefined && !isObject(value)) return 'undeliverable';
  if (hasExpired(value, Date.now())) return 'unwanted';
  const type = hasRules(subscription) ? (JSON.parse(value) as { type?: unknown }).type : undefined;
  const path = routeFor(subscription, type);
  return path === undefined ? 'unwanted' : { path, text: value, contentType: 'application/cloudevents+json' };
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
    events.map(({ entryId }) => entryId),
  );
}

async function post(
  path: string,
  body: string,
  contentType: string,
  headers: Record<string, string>,
  { app, appToken, log, subscription }: DeliveryOptions,
): Promise<AppAnswer> {
  try {
    const response = await app.request({
      method: 'POST',
      path: path.startsWith('/') ? path : `/${path}`,
      body,
      headers: { ...headers, 'content-type': contentType, 'dapr-api-token': appToken },
    });
    return { status: response.statusCode, text: await response.body.text() };
  } catch (error) {
    log.debug({ err: error, topic: subscription.topic }, 'the app did not answer a delivery');
    return undefined;
  }
}
