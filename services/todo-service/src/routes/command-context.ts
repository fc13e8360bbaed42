import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { invalidInput } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/identity';
import type { TraceContext } from '@rondo/shared/observability/trace-context';

/** What a command needs to know of its request, whatever it asks for. */
export type CommandRequest = {
  identity: Identity;
  trace: TraceContext;
  /** The version that the client says the task is at: `If-Match`, or `version` in the body. */
  expected_version?: number;
  /** Under which a retry is told from a second request. */
  idempotency?: { route: string; key: string; request_hash: Buffer };
};

const keyPattern = /^[\x21-\x7e]{1,255}$/;
const etagPattern = /^(?:W\/)?"?(\d{1,15})"?$/;

/** @throws AppError 422 for headers that can't be what they claim to be */
export function commandRequest(request: FastifyRequest): CommandRequest {
  const version = expectedVersion(request);
  const idempotency = idempotencyOf(request);
  return {
    identity: request.identity,
    trace: request.trace,
    ...(version === undefined ? {} : { expected_version: version }),
    ...(idempotency ? { idempotency } : {}),
  };
}

function expectedVersion({ headers, body }: FastifyRequest): number | undefined {
  const given = headers['if-match'];
  if (given !== undefined && given !== '*') {
    const [, version] = etagPattern.exec(given) ?? [];
    if (version === undefined)
      throw invalidInput([{ field: 'If-Match', message: 'is not an ETag of a task' }]);
    return Number(version);
  }
  const version = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined;
  return typeof version === 'number' ? version : undefined;
}

function idempotencyOf({ headers, method, url, body }: FastifyRequest): CommandRequest['idempotency'] {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !keyPattern.test(key)) {
    throw invalidInput([{ field: 'Idempotency-Key', message: 'is not 1 to 255 visible ASCII characters' }]);
  }
  const hash = createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .update(headers['if-match'] ?? '');
  return { route: `${method} ${url.split('?', 1)[0]}`, key, request_hash: hash.digest() };
}
