import type { FastifyRequest } from 'fastify';
import { readEntityTags } from '@rondo/shared/http/entity-tags';
import { idempotencyKeyOf } from '@rondo/shared/http/idempotency-key';
import { turnOf } from '@rondo/shared/http/turn-header';
import type { CommandContext } from '../context.ts';
import { expectedByBody, readEntityTag } from '../domain/entity-tag.ts';

/** The context of a command without preconditions: who sent its request. */
export function senderContext({ identity, settingsZone, trace }: FastifyRequest): CommandContext {
  return { identity: { ...identity, settingsZone }, trace };
}

/**
 * The context of a command without preconditions that runs once for each Idempotency-Key.
 * @param body what stands for a body that is not JSON
 * @throws AppError 422 if `Idempotency-Key` is malformed
 */
export function keyedContext(request: FastifyRequest, body?: unknown): CommandContext {
  const idempotency = idempotencyKeyOf(request, body);
  return { ...senderContext(request), ...turnOf(request), ...(idempotency ? { idempotency } : {}) };
}

/**
 * Reads the context of a command from its request.
 * @throws AppError 400 if `If-Match` is malformed, 422 if `Idempotency-Key` is
 */
export function commandContext(request: FastifyRequest): CommandContext {
  const expected = expectedOf(request);
  return { ...keyedContext(request), ...(expected ? { expected } : {}) };
}

/** An ETag that no task has stands for no state. */
function expectedOf({ headers, body }: FastifyRequest): CommandContext['expected'] {
  const ifMatch = headers['if-match'];
  const tags = ifMatch === undefined ? '*' : readEntityTags('If-Match', ifMatch);
  if (tags !== '*') return tags.flatMap((tag) => readEntityTag(tag) ?? []);
  return typeof body === 'object' && body !== null ? expectedByBody(body) : undefined;
}
