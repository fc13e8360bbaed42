import { randomUUID } from 'node:crypto';
import { continueTrace } from '@rondo/shared/runtime/trace-context';
import type { NewRecord } from '../broker/record.ts';
import { DaprError } from './dapr-error.ts';

export type Publication = {
  app_id: string;
  pubsub: string;
  topic: string;
  content_type: string;
  /** The event: JSON text for JSON content types, otherwise the text itself. */
  body: string;
  /** The body was made of parsed JSON, and need not be looked at again. */
  is_known_json?: boolean;
  metadata: Record<string, string>;
  traceparent: string | undefined;
};

const overridable = ['id', 'source', 'type', 'subject', 'traceid', 'traceparent', 'tracestate'] as const;

/** The record that a publication becomes: its CloudEvent 1.0 envelope, its partition key, its headers. */
export function recordOf(publication: Publication): NewRecord {
  const { topic, metadata } = publication;
  const value = metadata['rawPayload'] === 'true' ? publication.body : envelopeOf(publication);
  const partition = metadata['partitionNumber'];
  return {
    topic,
    key: metadata['partitionKey'] ?? metadata['__key'] ?? null,
    ...(partition === undefined ? {} : { partition: Number(partition) }),
    value,
    headers: metadata,
  };
}

/** The envelope as JSON text. JSON data is put in as it is: to print again what was parsed costs more than all the rest. */
function envelopeOf(publication: Publication): string {
  const { app_id, pubsub, topic, content_type: contentType, metadata } = publication;
  const traceparent = publication.traceparent ?? continueTrace(undefined).traceparent;
  if (isCloudEvent(contentType)) {
    return JSON.stringify({
      traceparent,
      traceid: traceparent,
      ...given(publication.body),
      topic,
      pubsubname: pubsub,
    });
  }
  const envelope: Record<string, unknown> = {
    datacontenttype: contentType,
    id: randomUUID(),
    pubsubname: pubsub,
    source: app_id,
    specversion: '1.0',
    time: new Date().toISOString(),
    topic,
    traceid: traceparent,
    traceparent,
    tracestate: '',
    type: 'com.dapr.event.sent',
    ...expirationOf(metadata),
  };
  for (const attribute of overridable) {
    const value = metadata[`cloudevent.${attribute}`];
    if (value !== undefined) envelope[attribute] = value;
  }
  if (metadata['cloudevent.traceparent'] !== undefined)
    envelope['traceid'] = metadata['cloudevent.traceparent'];
  return `{${dataOf(publication)},${JSON.stringify(envelope).slice(1)}`;
}

export function isCloudEvent(contentType: string): boolean {
  return contentType.startsWith('application/cloudevents+json');
}

function isJson(contentType: string): boolean {
  return contentType.startsWith('application/json') || contentType.includes('+json');
}

/** The member that holds the event, as JSON text. */
function dataOf({ content_type: contentType, body, is_known_json: isKnownJson }: Publication): string {
  if (isJson(contentType)) {
    if (!isKnownJson) parse(body);
    return `"data":${body}`;
  }
  if (contentType.startsWith('application/octet-stream'))
    return `"data_base64":"${Buffer.from(body, 'latin1').toString('base64')}"`;
  return `"data":${JSON.stringify(body)}`;
}

function given(body: string): Record<string, unknown> {
  const parsed = parse(body);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw new DaprError(
    500,
    'ERR_PUBSUB_CLOUD_EVENTS_SER',
    'cannot create cloudevent: the body is not a JSON object',
  );
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new DaprError(500, 'ERR_PUBSUB_CLOUD_EVENTS_SER', `cannot create cloudevent: ${String(error)}`);
  }
}

function expirationOf({ ttlInSeconds }: Record<string, string>): { expiration?: string } {
  if (ttlInSeconds === undefined) return {};
  const seconds = Number(ttlInSeconds);
  if (!Number.isInteger(seconds) || seconds <= 0) {
    throw new DaprError(
      400,
      'ERR_PUBSUB_REQUEST_METADATA',
      `ttlInSeconds value must be a positive integer: got '${ttlInSeconds}'`,
    );
  }
  return { expiration: new Date(Date.now() + seconds * 1000).toISOString() };
}
