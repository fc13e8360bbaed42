import { randomUUID } from 'node:crypto';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import type { StoredRecord } from '../../broker/record.ts';
import type { DeclaredSubscription } from './declared-subscription.ts';

/** An event on its way: `text` is the JSON that the app gets of it. */
export type Outgoing = { record: StoredRecord; entry_id: string; text: string; content_type: string };

/** The body of a bulk delivery. Events are JSON already, and are put in as they are. */
export function bulkBody(events: Outgoing[], { topic, pubsubname }: DeclaredSubscription): string {
  const entries = events.map(({ record, entry_id: entryId, text, content_type: contentType }) => {
    const metadata = JSON.stringify(metadataOf(record));
    return `{"entryId":"${entryId}","event":${text},"contentType":"${contentType}","metadata":${metadata}}`;
  });
  const head = JSON.stringify({
    id: randomUUID(),
    topic,
    pubsubname,
    type: 'com.dapr.event.sent.bulk',
    metadata: { pubsubName: pubsubname },
  });
  return `${head.slice(0, -1)},"entries":[${entries.join(',')}]}`;
}

/** What an app is told of a record: its place, and its headers, which go before. */
export function metadataOf(record: StoredRecord): Record<string, string> {
  const { topic, partition, offset, key, timestamp, headers } = record;
  return {
    __topic: topic,
    __partition: String(partition),
    __offset: String(offset),
    __timestamp: String(timestamp),
    ...(key === null ? {} : { __key: key }),
    ...headers,
  };
}

const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
// oxlint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u0008\u000A-\u001F\u007F]/;
/** What belongs to the request itself, and what is said of the record in another way. */
const reserved = new Set(
  `connection content-length content-type dapr-api-token expect host http2-settings keep-alive proxy-authenticate
   proxy-authorization proxy-connection te trailer transfer-encoding upgrade`.split(/\s+/),
);

/** A single delivery's headers: all metadata that HTTP can carry, as UTF-8, and a span of the event's trace. */
export function headersOf(
  { record, text }: Outgoing,
  { pubsubname }: DeclaredSubscription,
): Record<string, string> {
  const headers: Record<string, string> = { ...traceHeader(text) };
  for (const [given, value] of Object.entries(metadataOf(record))) {
    const name = given.toLowerCase();
    if (headerName.test(name) && !reserved.has(name) && !controlCharacter.test(value))
      headers[name] = Buffer.from(value).toString('latin1');
  }
  return { ...headers, pubsubname };
}

const traceInEnvelope = /"traceparent":"([0-9a-f-]{55})"/;
// Our envelopes have it in front of the data.
const envelopeHead = 2_000;

export function traceHeader(envelope: string): { traceparent: string } {
  const [, traceparent] = traceInEnvelope.exec(envelope.slice(0, envelopeHead)) ?? [];
  return { traceparent: continueTrace(traceparent).traceparent };
}

/** The envelope that Dapr puts around a value that has none, for a subscription to raw payloads. */
export function wrapped({ value }: StoredRecord, { topic, pubsubname }: DeclaredSubscription): string {
  return JSON.stringify({
    id: randomUUID(),
    specversion: '1.0',
    datacontenttype: 'application/octet-stream',
    source: 'Dapr',
    type: 'com.dapr.event.sent',
    topic,
    pubsubname,
    data_base64: Buffer.from(value).toString('base64'),
  });
}
