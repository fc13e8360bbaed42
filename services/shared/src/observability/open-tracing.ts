import type { Log } from './log.ts';
import { counterOf, type Metrics } from './metrics.ts';
import { noTracing, type Tracing } from './tracing.ts';

export type TracingOptions = {
  service: string;
  /** Base URL of an OpenTelemetry collector (OTLP over HTTP). Without one nothing is recorded. */
  endpoint: string | undefined;
  /** The share of traces that begin here and are recorded. One that was begun elsewhere is recorded if it was there. */
  ratio: number;
  log: Log;
  metrics: Metrics;
};

/** What records a service's spans, flushed when it is disposed. */
export async function openTracing({ endpoint, metrics, ...options }: TracingOptions): Promise<Tracing> {
  const spans = counterOf(metrics, {
    name: 'rondo_trace_spans_total',
    help: 'Spans by what became of them: exported, failed (the collector did not take them) or dropped (too many waited)',
    labelNames: ['outcome'] as const,
  });
  if (endpoint === undefined) return noTracing;
  // Loaded where it is used alone: the libraries take a tenth of a second to load.
  const { exportSpans } = await import('./span-export.ts');
  const { recordSpans } = await import('./span-record.ts');
  return recordSpans(exportSpans({ ...options, endpoint, count: (outcome, n) => spans.inc({ outcome }, n) }));
}
