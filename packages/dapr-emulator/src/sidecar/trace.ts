import { randomUUID } from 'node:crypto';

const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * Creates a span (W3C Trace Context, section 3.2) in the trace of `parent`, or in a new sampled trace if `parent` is not
 * valid. @returns its traceparent
 */
export function createSpan(parent: string | undefined): string {
  const [, traceId = randomUUID().replaceAll('-', ''), flags = '01'] = pattern.exec(parent ?? '') ?? [];
  // randomUUID has a pool of random bytes. Asking the system for eight bytes at a time is slower.
  const random = randomUUID();
  return `00-${traceId}-${random.slice(0, 8)}${random.slice(-8)}-${flags}`;
}
