import type { ChannelKind } from '../contracts/notification.ts';
import type { CloudEvent, Verdict } from '../messaging/cloud-event.ts';
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
