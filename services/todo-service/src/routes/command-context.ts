import type { FastifyRequest } from 'fastify';
import { readEntityTags } from '@rondo/shared/http/entity-tags';
import { idempotencyKeyOf } from '@rondo/shared/http/idempotency-key';
import { turnOf } from '@rondo/shared/http/turn-header';
import type { CommandContext } from '../context.ts';

const versionPattern = /^"(\d{1,15})"$/;

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
  const expectedVersions = expectedVersionsOf(request);
  return { ...keyedContext(request), ...(expectedVersions ? { expectedVersions } : {}) };
}

/** An ETag that no task has stands for no version. */
function expectedVersionsOf({ headers, body }: FastifyRequest): number[] | undefined {
  const ifMatch = headers['if-match'];
  const tags = ifMatch === undefined ? '*' : readEntityTags('If-Match', ifMatch);
  if (tags !== '*') return tags.flatMap((tag) => versionPattern.exec(tag)?.slice(1).map(Number) ?? []);
  const version = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined;
  return typeof version === 'number' ? [version] : undefined;
}
