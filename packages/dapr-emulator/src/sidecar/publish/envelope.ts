import { randomUUID } from 'node:crypto';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import type { NewRecord } from '../../broker/record.ts';
import { isBinary, isCloudEvent, isJson } from './content-type.ts';
import { wordsOf } from '../dapr-error.ts';
import { cloudEventUnusable, type Destination } from './errors.ts';
import { inSeconds, timeToLive } from '../time-to-live.ts';

export type Publication = Destination & {
  content_type: string;
  /** The event as it came. */
  bytes: Buffer | string;
  /** The event was made of parsed JSON, and need not be looked at again. */
  is_known_json?: boolean;
  is_raw: boolean;
  metadata: Record<string, string>;
  /** What goes into the envelope, where that is not all of the metadata. */
  envelope_metadata?: Record<string, string>;
  /** Of the request that published it. */
  traceparent: string | undefined;
  tracestate: string | undefined;
};

/** The record that a publication becomes: its CloudEvent 1.0 envelope, its partition key, its headers. */
export function recordOf(publication: Publication): NewRecord {
  const { topic, metadata, bytes, is_raw: isRaw } = publication;
  const partition = metadata['partitionNumber'];
  return {
    topic,
    key: metadata['partitionKey'] ?? metadata['__key'] ?? null,
    ...(partition === undefined ? {} : { partition: Number(partition) }),
    value: isRaw ? bytes.toString() : envelopeOf(publication),
    headers: metadata,
  };
}

/**
 * The envelope as JSON text, the event last. JSON is put in as it is: to print again what was parsed costs more than
 * all the rest.
 */
function envelopeOf(publication: Publication): string {
  const { app_id: appId, pubsub, topic, content_type: contentType } = publication;
  const metadata = publication.envelope_metadata ?? publication.metadata;
  if (isCloudEvent(contentType)) return JSON.stringify(completed(publication));
  const override = (attribute: string) => metadata[`cloudevent.${attribute}`];
  const trace = override('traceparent') || override('traceid') || traceOf(publication);
  const subject = override('subject');
  const lifetime = timeToLive(metadata);
  const envelope = {
    datacontenttype: contentType || 'text/plain',
    id: override('id') || randomUUID(),
    pubsubname: pubsub,
    source: (override('source') ?? appId) || 'Dapr',
    specversion: '1.0',
    time: inSeconds(Date.now()),
    topic,
    traceid: trace,
    traceparent: trace,
    tracestate: override('tracestate') ?? publication.tracestate ?? '',
    type: override('type') || 'com.dapr.event.sent',
    ...(subject ? { subject } : {}),
    ...expirationIn(lifetime),
  };
  return `${JSON.stringify(envelope).slice(0, -1)},${dataOf(publication)}}`;
}

/** A CloudEvent that was given: what it says goes, but where it goes to and, without a `traceid`, its trace. */
function completed(publication: Publication): Record<string, unknown> {
  const { pubsub, topic, bytes } = publication;
  const event = objectOf(publication, bytes.toString());
  const traceparent = 'traceid' in event ? undefined : traceOf(publication);
  const trace = traceparent === undefined ? {} : { traceparent, traceid: traceparent };
  return {
    ...trace,
    tracestate: publication.tracestate ?? '',
    time: inSeconds(Date.now()),
    ...event,
    ...trace,
    source: event['source'] ?? 'Dapr',
    type: event['type'] ?? 'com.dapr.event.sent',
    specversion: event['specversion'] ?? '1.0',
    topic,
    pubsubname: pubsub,
    ...expirationIn(timeToLive(publication.envelope_metadata ?? publication.metadata)),
  };
}

function traceOf({ traceparent }: Publication): string {
  return continueTrace(traceparent).traceparent;
}

function expirationIn(lifetime: number | undefined): { expiration?: string } {
  return lifetime === undefined ? {} : { expiration: inSeconds(Date.now() + lifetime) };
}

/** The member that holds the event, as JSON text. What should be JSON and is none is kept as text. */
function dataOf({ content_type: contentType, bytes, is_known_json: isKnownJson }: Publication): string {
  if (isBinary(contentType)) return `"data_base64":"${Buffer.from(bytes).toString('base64')}"`;
  const text = bytes.toString();
  const isPutIn = isJson(contentType) && (isKnownJson || parses(text));
  return `"data":${isPutIn ? text : JSON.stringify(text)}`;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function objectOf(destination: Destination, text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw cloudEventUnusable(destination, wordsOf(error));
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw cloudEventUnusable(destination, 'the event is not a JSON object');
}
