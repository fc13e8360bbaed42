import { randomUUID } from 'node:crypto';
import type { NewRecord } from '../../broker/record.ts';
import { isBinary, isCloudEvent, isJson } from './content-type.ts';
import { messageOf } from '../dapr-error.ts';
import { invalidCloudEvent, type Destination } from './errors.ts';
import { inSeconds, timeToLive } from '../time-to-live.ts';
import { createSpan } from '../trace.ts';

export type Publication = Destination & {
  contentType: string;
  bytes: Buffer | string;
  /** `bytes` is known to be JSON and is not checked again. */
  isKnownJson?: boolean;
  isRaw: boolean;
  metadata: Record<string, string>;
  /** The metadata for the envelope; the same as `metadata` by default. */
  envelopeMetadata?: Record<string, string>;
  /** The trace of the request. */
  traceparent: string | undefined;
  tracestate: string | undefined;
};

/** Makes a record of a publication: CloudEvents 1.0 envelope, partition key, headers. */
export function recordOf(publication: Publication): NewRecord {
  const { topic, metadata, bytes, isRaw } = publication;
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
 * Writes the envelope as JSON, with the event last. An event in JSON is inserted unchanged, because serializing it again
 * takes longer than everything else.
 */
function envelopeOf(publication: Publication): string {
  const { appId, pubsub, topic, contentType } = publication;
  const metadata = publication.envelopeMetadata ?? publication.metadata;
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

/** Completes a given CloudEvent. Its fields win, except topic, component and, without a `traceid`, its trace. */
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
    ...expirationIn(timeToLive(publication.envelopeMetadata ?? publication.metadata)),
  };
}

function traceOf({ traceparent }: Publication): string {
  return createSpan(traceparent);
}

function expirationIn(lifetime: number | undefined): { expiration?: string } {
  return lifetime === undefined ? {} : { expiration: inSeconds(Date.now() + lifetime) };
}

/** Writes the member with the event. Invalid JSON becomes text. */
function dataOf({ contentType, bytes, isKnownJson }: Publication): string {
  if (isBinary(contentType)) return `"data_base64":"${Buffer.from(bytes).toString('base64')}"`;
  const text = bytes.toString();
  const isInserted = isJson(contentType) && (isKnownJson || isValidJson(text));
  return `"data":${isInserted ? text : JSON.stringify(text)}`;
}

function isValidJson(text: string): boolean {
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
    throw invalidCloudEvent(destination, messageOf(error));
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw invalidCloudEvent(destination, 'the event is not a JSON object');
}
