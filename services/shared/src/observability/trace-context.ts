import { randomHex } from '../random-hex.ts';

/** A position in a trace (W3C Trace Context, section 3.2): the header to pass on, and its parts for the logs. */
export type TraceContext = { traceparent: string; traceId: string; spanId: string };

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Parses a `traceparent` header. Invalid ones, also those with all-zero ids, are undefined (section 3.2.2). */
export function parseTraceparent(header: unknown): (TraceContext & { flags: string }) | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId, flags] = pattern.exec(header) ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceparent: header, traceId, spanId, flags };
}

/** The given position, for work without a span of its own; the root of a new trace if there is none. */
export function traceOf(traceparent: unknown): TraceContext {
  const { flags: _flags, ...given } = parseTraceparent(traceparent) ?? {
    ...continueTrace(undefined),
    flags: '01',
  };
  return given;
}

/** A new position: a child of the given `traceparent`, or the root of a new sampled trace if there is none. */
export function continueTrace(header: unknown): TraceContext {
  const parent = parseTraceparent(header);
  const traceId = parent?.traceId ?? randomHex(16);
  const spanId = randomHex(8);
  return {
    traceparent: `00-${traceId}-${spanId}-${parent?.flags ?? '01'}`,
    traceId,
    spanId,
  };
}
