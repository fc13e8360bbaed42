import { randomHex } from '../random-hex.ts';

/** A position in a trace (W3C Trace Context, section 3.2): what is passed on, and its parts for the logs. */
export type TraceContext = { traceparent: string; trace_id: string; span_id: string };

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent` header. Anything that is not valid, all-zero ids included, is undefined (section 3.2.2). */
export function parseTraceparent(header: unknown): (TraceContext & { flags: string }) | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId, flags] = pattern.exec(header) ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceparent: header, trace_id: traceId, span_id: spanId, flags };
}

/** The given position itself, to go on from it without a span of one's own; a trace's root where there is none. */
export function traceOf(traceparent: unknown): TraceContext {
  const { flags: _flags, ...given } = parseTraceparent(traceparent) ?? {
    ...continueTrace(undefined),
    flags: '01',
  };
  return given;
}

/** A span of our own: a child of the given `traceparent`, or the root of a sampled trace where there is none. */
export function continueTrace(header: unknown): TraceContext {
  const parent = parseTraceparent(header);
  const traceId = parent?.trace_id ?? randomHex(16);
  const spanId = randomHex(8);
  return {
    traceparent: `00-${traceId}-${spanId}-${parent?.flags ?? '01'}`,
    trace_id: traceId,
    span_id: spanId,
  };
}
