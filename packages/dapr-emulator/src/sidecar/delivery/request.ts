import { randomUUID } from 'node:crypto';
import type { StoredRecord } from '../../broker/record.ts';
import { createSpan } from '../trace.ts';
import type { DeclaredSubscription } from './declared-subscription.ts';

/** An event in delivery. `text` is its JSON for the app. */
export type Outgoing = { record: StoredRecord; entryId: string; text: string; contentType: string };

/** Writes the body of a bulk delivery. Events are JSON and are inserted unchanged. */
export function bulkBody(events: Outgoing[], { topic, pubsubname }: DeclaredSubscription): string {
  const entries = events.map(({ record, entryId, text, contentType }) => {
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

/** The metadata of a record for the app. Its headers override its position. */
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
/** Headers of the request itself, which metadata must not override. */
const reserved = new Set(
  `connection content-length content-type dapr-api-token expect host http2-settings keep-alive proxy-authenticate
   proxy-authorization proxy-connection te trailer transfer-encoding upgrade`.split(/\s+/),
);

/** The headers of a single delivery: a span of the event's trace, and all metadata that is valid in HTTP, in UTF-8. */
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
/** Envelopes have the trace before the data. */
const envelopeHeadLength = 2_000;

export function traceHeader(envelope: string): { traceparent: string } {
  const [, traceparent] = traceInEnvelope.exec(envelope.slice(0, envelopeHeadLength)) ?? [];
  return { traceparent: createSpan(traceparent) };
}

/** Wraps a raw payload in the envelope of Dapr. */
export function wrapRaw({ value }: StoredRecord, { topic, pubsubname }: DeclaredSubscription): string {
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
