import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span as RecordedSpan,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '@opentelemetry/semantic-conventions/incubating';
import type { SpanExport } from './span-export.ts';
import { parseTraceparent, type TraceContext } from './trace-context.ts';
import type { Tracing } from './tracing.ts';

/** Of a task, its workspace and its event there are ids in a span, as in a log line; of people and content there is nothing. */
const ids = { workspace: 'rondo.workspace_id', task: 'rondo.task_id' } as const;

/** Spans by the semantic conventions of OpenTelemetry; those of messaging are in development, and of the version pinned here. */
export function recordSpans({ tracer, ...exported }: SpanExport): Tracing {
  const start = (name: string, kind: SpanKind, parent: unknown, attributes: Attributes): RecordedSpan =>
    tracer.startSpan(name, { kind, attributes }, contextOf(parent));

  return {
    request(traceparent, { method, route }) {
      const span = start(route === undefined ? method : `${method} ${route}`, SpanKind.SERVER, traceparent, {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        [ATTR_URL_SCHEME]: 'http',
        ...(route === undefined ? {} : { [ATTR_HTTP_ROUTE]: route }),
      });
      return {
        trace: traceOf(span),
        end({ status, workspace_id: workspaceId, task_id: taskId }) {
          span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
          if (workspaceId !== undefined) span.setAttribute(ids.workspace, workspaceId);
          if (taskId !== undefined) span.setAttribute(ids.task, taskId);
          end(span, status >= 500 ? String(status) : undefined);
        },
      };
    },

    publication(traceparent, { topic, event_id: eventId, workspace_id: workspaceId }) {
      const span = start(`send ${topic}`, SpanKind.PRODUCER, traceparent, {
        ...messageAttributes('send', topic, eventId),
        [ids.workspace]: workspaceId,
      });
      return {
        trace: traceOf(span),
        end: (outcome) => end(span, outcome === 'refused' ? outcome : undefined),
      };
    },

    processing(topic, { id, traceparent, data }) {
      const span = start(`process ${topic}`, SpanKind.CONSUMER, traceparent, {
        ...messageAttributes('process', topic, id),
        ...idsIn(data),
      });
      return {
        trace: traceOf(span),
        end: (verdict) => end(span, verdict === 'SUCCESS' ? undefined : verdict),
      };
    },

    notification(traceparent, { channel, workspace_id: workspaceId, delivery_id: deliveryId }) {
      const span = start(`notify ${channel}`, SpanKind.CLIENT, traceparent, {
        'rondo.channel': channel,
        'rondo.delivery_id': deliveryId,
        [ids.workspace]: workspaceId,
      });
      return {
        trace: traceOf(span),
        end: (status) => end(span, status === 'sent' ? undefined : status),
      };
    },

    [Symbol.asyncDispose]: async () => exported[Symbol.asyncDispose](),
  };
}

function end(span: RecordedSpan, error: string | undefined): void {
  if (error !== undefined) {
    span.setAttribute(ATTR_ERROR_TYPE, error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Which broker it is nobody here knows: the sidecar is what messages go through. */
function messageAttributes(
  operation: 'send' | 'process',
  topic: string,
  eventId: string | undefined,
): Attributes {
  return {
    [ATTR_MESSAGING_SYSTEM]: 'dapr',
    [ATTR_MESSAGING_OPERATION_NAME]: operation,
    [ATTR_MESSAGING_OPERATION_TYPE]: operation,
    [ATTR_MESSAGING_DESTINATION_NAME]: topic,
    ...(eventId === undefined ? {} : { [ATTR_MESSAGING_MESSAGE_ID]: eventId }),
  };
}

function idsIn(data: unknown): Attributes {
  if (typeof data !== 'object' || data === null) return {};
  const { task_id: taskId, workspace_id: workspaceId } = data as Record<string, unknown>;
  return {
    ...(typeof taskId === 'string' ? { [ids.task]: taskId } : {}),
    ...(typeof workspaceId === 'string' ? { [ids.workspace]: workspaceId } : {}),
  };
}

function contextOf(traceparent: unknown): Context {
  const parent = parseTraceparent(traceparent);
  if (!parent) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.trace_id,
    spanId: parent.span_id,
    traceFlags: Number.parseInt(parent.flags, 16) & 1,
    isRemote: true,
  });
}

function traceOf(span: RecordedSpan): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`, trace_id: traceId, span_id: spanId };
}
