import type { ChannelKind } from '../contracts/notification.ts';
import type { CloudEvent, Verdict } from './cloud-event.ts';
import type { Log } from './log.ts';
import { counterOf, type Metrics } from './metrics.ts';
import type { TraceContext } from './trace-context.ts';

/** A piece of work that is being recorded. What follows from it goes on from its `trace`. */
export type Span<Outcome> = { trace: TraceContext; end(outcome: Outcome): void };

export type RequestSpan = Span<{
  status: number;
  workspace_id: string | undefined;
  task_id: string | undefined;
}>;

/**
 * Records what a service does, as OpenTelemetry spans. Each service has its own: five of them can run in one process, so
 * nothing is global. Where nothing is recorded there is no span, and whoever asked passes on what it was given.
 */
export type Tracing = AsyncDisposable & {
  /** @param traceparent as the client sent it, whatever that is */
  request(
    traceparent: unknown,
    about: { method: string; route: string | undefined },
  ): RequestSpan | undefined;
  /** One event offered to one topic. */
  publication(
    traceparent: string | null,
    about: { topic: string; event_id: string; workspace_id: string },
  ): Span<'accepted' | 'refused'> | undefined;
  /** One event of a delivery. */
  processing(topic: string, event: CloudEvent): Span<Verdict> | undefined;
  /** One attempt to reach a person on a channel. */
  notification(
    traceparent: string | null,
    about: { channel: ChannelKind; workspace_id: string; delivery_id: string },
  ): Span<'sent' | 'failed'> | undefined;
};

/** Records nothing, and costs nothing. */
export const noTracing: Tracing = {
  request: () => undefined,
  publication: () => undefined,
  processing: () => undefined,
  notification: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

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
