import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { invalidInput } from '@rondo/shared/errors';
import { readEntityTags } from '@rondo/shared/http/entity-tags';
import type { CommandContext } from '../context.ts';

const keyPattern = /^[\x21-\x7e]{1,255}$/;
const versionPattern = /^"(\d{1,15})"$/;

/** The context of a command without preconditions: who sent its request. */
export function senderContext({ identity, settingsZone, trace }: FastifyRequest): CommandContext {
  return { identity: { ...identity, settingsZone }, trace };
}

/**
 * Reads the context of a command from its request.
 * @throws AppError 400 if `If-Match` is malformed, 422 if `Idempotency-Key` is
 */
export function commandContext(request: FastifyRequest): CommandContext {
  const expectedVersions = expectedVersionsOf(request);
  const idempotency = idempotencyOf(request);
  return {
    ...senderContext(request),
    ...(expectedVersions ? { expectedVersions } : {}),
    ...(idempotency ? { idempotency } : {}),
  };
}

/** An ETag that no task has stands for no version. */
function expectedVersionsOf({ headers, body }: FastifyRequest): number[] | undefined {
  const ifMatch = headers['if-match'];
  const tags = ifMatch === undefined ? '*' : readEntityTags('If-Match', ifMatch);
  if (tags !== '*') return tags.flatMap((tag) => versionPattern.exec(tag)?.slice(1).map(Number) ?? []);
  const version = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined;
  return typeof version === 'number' ? [version] : undefined;
}

/** The hash covers everything that decides on the answer. Method and path are part of the route, which finds the key. */
function idempotencyOf({ headers, method, url, body }: FastifyRequest): CommandContext['idempotency'] {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !keyPattern.test(key)) {
    throw invalidInput([{ field: 'Idempotency-Key', message: 'is not 1 to 255 visible ASCII characters' }]);
  }
  const [path = ''] = url.split('?', 1);
  const query = url.slice(path.length);
  const route = `${method} ${path}`;
  const requestHash = createHash('sha256')
    .update(JSON.stringify([route, query, headers['if-match'] ?? null, body ?? null]))
    .digest();
  return { route, key, requestHash };
}
