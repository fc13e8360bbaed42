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

/** About two seconds of spans of one service at full speed. Spans beyond it are dropped. */
const maxWaiting = 16_384;
const batchSize = 512;
const exportEveryMs = 1_000;
const exportTimeoutMs = 10_000;
/** How long a stop waits for the collector. */
const flushTimeoutMs = 3_000;

/**
 * Sends spans to a collector (OTLP/HTTP, JSON) in batches, in the background. A collector that is slow, down or broken costs
 * spans and nothing else: lost spans are counted, and the failure is logged once until the collector accepts spans again.
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

/** The library's batches. It adds counts of dropped and failed spans, and logs when failures begin and end. */
function createQueue(exporter: SpanExporter, { log, endpoint, count }: SpanExportOptions): SpanProcessor {
  let waiting = 0;
  let isFailing = false;

  function tell(error: Error | undefined): void {
    if (error && !isFailing)
      log.warn({ err: error, endpoint }, 'the collector does not accept traces; they are dropped');
    if (!error && isFailing) log.info({ endpoint }, 'the collector accepts traces again');
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
