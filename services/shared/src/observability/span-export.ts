import { setTimeout as pause } from 'node:timers/promises';
import type { Tracer } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_NAMESPACE } from '@opentelemetry/semantic-conventions';
import type { Log } from './log.ts';

export type SpanExport = AsyncDisposable & { tracer: Tracer };

export type SpanExportOptions = {
  service: string;
  endpoint: string;
  ratio: number;
  log: Log;
  count: (outcome: 'exported' | 'failed' | 'dropped', spans: number) => void;
};

/** About two seconds of what one service records at full speed; beyond it spans are dropped, never kept waiting for. */
const maxWaiting = 16_384;
const batchSize = 512;
const exportEveryMs = 1_000;
const exportTimeoutMs = 10_000;
/** How long a stop waits for a collector that does not answer. */
const flushTimeoutMs = 3_000;

/**
 * Sends spans to a collector (OTLP/HTTP, JSON) in batches, beside whatever the service does. A collector that is slow, away
 * or broken costs spans and nothing else: they are counted, and told once until it takes some again.
 */
export function exportSpans(options: SpanExportOptions): SpanExport {
  const { service, endpoint, ratio } = options;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: service, [ATTR_SERVICE_NAMESPACE]: 'rondo' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      createQueue(
        new OTLPTraceExporter({
          url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
          timeoutMillis: exportTimeoutMs,
        }),
        options,
      ),
    ],
  });
  return {
    tracer: provider.getTracer('rondo'),
    async [Symbol.asyncDispose]() {
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, pause(flushTimeoutMs, undefined, { ref: false })]);
    },
  };
}

/** The library's batches, with what it does not tell: how many spans were dropped or failed, and when that begins and ends. */
function createQueue(exporter: SpanExporter, { log, endpoint, count }: SpanExportOptions): SpanProcessor {
  let waiting = 0;
  let isFailing = false;

  function tell(error: Error | undefined): void {
    if (error && !isFailing)
      log.warn({ err: error, endpoint }, 'traces are not taken by the collector; they are dropped');
    if (!error && isFailing) log.info({ endpoint }, 'traces are taken again');
    isFailing = error !== undefined;
  }

  const batches = new BatchSpanProcessor({
    exporter: {
      export(spans, done) {
        exporter.export(spans, (result) => {
          waiting -= spans.length;
          const error =
            result.code === ExportResultCode.SUCCESS
              ? undefined
              : (result.error ?? new Error('the export failed'));
          count(error ? 'failed' : 'exported', spans.length);
          tell(error);
          done(result);
        });
      },
      shutdown: async () => exporter.shutdown(),
    },
    maxQueueSize: maxWaiting,
    maxExportBatchSize: batchSize,
    scheduledDelayMillis: exportEveryMs,
    exportTimeoutMillis: exportTimeoutMs,
  });
  return {
    onStart: (span, parent) => batches.onStart(span, parent),
    onEnd(span) {
      if (waiting >= maxWaiting) return count('dropped', 1);
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: async () => batches.forceFlush(),
    shutdown: async () => batches.shutdown(),
  };
}
