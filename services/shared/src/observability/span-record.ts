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
import { identifiersIn } from '../contracts/identifiers.ts';
import type { SpanExport } from './span-export.ts';
import { parseTraceparent, type TraceContext } from './trace-context.ts';
import type { Tracing } from './tracing.ts';

/** Spans and log lines contain ids, but nothing about people and no content. */
const attributeOf = (name: string) => `rondo.${name}`;
const workspaceAttribute = attributeOf('workspace_id');

/**
 * Records spans by the semantic conventions of OpenTelemetry. Those of messaging are still in development: they are of the
 * version in package.json.
 */
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
        end({ status, workspaceId, resource }) {
          span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
          if (workspaceId !== undefined) span.setAttribute(workspaceAttribute, workspaceId);
          if (resource !== undefined) span.setAttribute(attributeOf(resource.name), resource.id);
          end(span, status >= 500 ? String(status) : undefined);
        },
      };
    },

    publication(traceparent, { topic, eventId, workspaceId }) {
      const span = start(`send ${topic}`, SpanKind.PRODUCER, traceparent, {
        ...messageAttributes('send', topic, eventId),
        [workspaceAttribute]: workspaceId,
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

    outgoing(traceparent, { name, workspaceId, attributes }) {
      const span = start(name, SpanKind.CLIENT, traceparent, {
        ...Object.fromEntries(
          Object.entries(attributes).map(([attribute, value]) => [attributeOf(attribute), value]),
        ),
        [workspaceAttribute]: workspaceId,
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

/** The system is Dapr: a service doesn't know the broker behind its sidecar. */
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
  return Object.fromEntries(Object.entries(identifiersIn(data)).map(([name, id]) => [attributeOf(name), id]));
}

function contextOf(traceparent: unknown): Context {
  const parent = parseTraceparent(traceparent);
  if (!parent) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: Number.parseInt(parent.flags, 16) & 1,
    isRemote: true,
  });
}

function traceOf(span: RecordedSpan): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`, traceId, spanId };
}
