import type { Log } from './log.ts';
import { counterOf, type Metrics } from './metrics.ts';
import { noTracing, type Tracing } from './tracing.ts';

export type TracingOptions = {
  service: string;
  /** Base URL of an OpenTelemetry collector (OTLP over HTTP). Without one nothing is recorded. */
  endpoint: string | undefined;
  /** The share of new traces that are recorded. A trace that began elsewhere is recorded if it was recorded there. */
  ratio: number;
  log: Log;
  metrics: Metrics;
};

/** Opens the recording of a service's spans. Disposal flushes them. */
export async function openTracing({ endpoint, metrics, ...options }: TracingOptions): Promise<Tracing> {
  const spans = counterOf(metrics, {
    name: 'rondo_trace_spans_total',
    help: 'Spans by outcome: exported, failed (the collector did not accept them) or dropped (the queue was full)',
    labelNames: ['outcome'] as const,
  });
  if (endpoint === undefined) return noTracing;
  // Imported only if needed: the libraries take a tenth of a second to load.
  const { exportSpans } = await import('./span-export.ts');
  const { recordSpans } = await import('./span-record.ts');
  return recordSpans(exportSpans({ ...options, endpoint, count: (outcome, n) => spans.inc({ outcome }, n) }));
}
