import type { CloudEvent, Verdict } from '../messaging/cloud-event.ts';
import type { TraceContext } from './trace-context.ts';

/** A piece of work that is being recorded. What follows from it has its `trace` as the parent. */
export type Span<Outcome> = { trace: TraceContext; end(outcome: Outcome): void };

/** The id of what a request is about, and its name in telemetry, such as `task_id`. */
export type ResourceId = { name: string; id: string };

export type RequestSpan = Span<{
  status: number;
  workspaceId: string | undefined;
  resource: ResourceId | undefined;
}>;

/** An action on something outside of Rondo. */
export type OutgoingAction = {
  name: string;
  workspaceId: string;
  /** Its further attributes, without the prefix `rondo.`. */
  attributes: Record<string, string>;
};

/**
 * Records what a service does, as OpenTelemetry spans. Nothing is global, since several services can run in one process.
 * If nothing is recorded there is no span, and the caller passes on the traceparent that it got.
 */
export type Tracing = AsyncDisposable & {
  /** @param traceparent as the client sent it, valid or not */
  request(
    traceparent: unknown,
    about: { method: string; route: string | undefined },
  ): RequestSpan | undefined;
  /** One event offered to one topic. */
  publication(
    traceparent: string | null,
    about: { topic: string; eventId: string; workspaceId: string },
  ): Span<'accepted' | 'refused'> | undefined;
  /** One event of a delivery. */
  processing(topic: string, event: CloudEvent): Span<Verdict> | undefined;
  /** One attempt at an action outside. */
  outgoing(traceparent: string | null, action: OutgoingAction): Span<'sent' | 'failed'> | undefined;
};

/** Records nothing. */
export const noTracing: Tracing = {
  request: () => undefined,
  publication: () => undefined,
  processing: () => undefined,
  outgoing: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};
