import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from '@rondo/shared/test/identity';

/** A received span. `kind` and `status` are OpenTelemetry's names. */
export type CollectedSpan = {
  service: string;
  name: string;
  kind: 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER' | 'INTERNAL';
  trace_id: string;
  span_id: string;
  parent_id: string | undefined;
  is_error: boolean;
  attributes: Record<string, unknown>;
};

export type TraceCollector = {
  url: string;
  /** All received spans, by trace. */
  traces: Map<string, CollectedSpan[]>;
  /** All received requests, as text. */
  received: string[];
};

type KeyValue = { key: string; value: { stringValue?: string; intValue?: number | string } };
type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: KeyValue[];
  status?: { code?: number };
};
type OtlpRequest = {
  resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
};

const kinds = ['INTERNAL', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const errorCode = 2;

/** An OpenTelemetry collector (OTLP/HTTP, JSON) that keeps all spans in memory. */
export async function startTraceCollector(t: Cleanup): Promise<TraceCollector> {
  const traces = new Map<string, CollectedSpan[]>();
  const received: string[] = [];

  function keep(text: string): void {
    received.push(text);
    for (const { resource, scopeSpans } of (JSON.parse(text) as OtlpRequest).resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const known = traces.get(span.traceId) ?? [];
        traces.set(span.traceId, [...known, collected(service, span)]);
      }
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') keep(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, traces, received };
}

function collected(service: string, span: OtlpSpan): CollectedSpan {
  return {
    service,
    name: span.name,
    kind: kinds[span.kind] ?? 'INTERNAL',
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_id: span.parentSpanId === '' ? undefined : span.parentSpanId,
    is_error: span.status?.code === errorCode,
    attributes: valuesOf(span.attributes),
  };
}

function valuesOf(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}
