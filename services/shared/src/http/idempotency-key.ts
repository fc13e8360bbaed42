import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalidInput } from '../errors.ts';

/**
 * The Idempotency-Key of a request. It belongs to a person and a route, which is method and path. The hash tells a retry from a
 * different request with the same key.
 */
export type IdempotencyKey = {
  personId: string;
  workspaceId: string;
  route: string;
  key: string;
  requestHash: Buffer;
};

/** The answer of a command, and whether it is the stored one to an earlier request with the same Idempotency-Key. */
export type Answer<Body> = { status: number; body: Body; isReplayed?: boolean };

/** The headers of a route whose command runs once for each Idempotency-Key. */
export const idempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'a retry with the same key gets the first answer, for 24 h' }),
  ),
});

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** As much of a request as the context of a command is made of. */
export type KeyedRequest = Pick<FastifyRequest, 'headers' | 'method' | 'url' | 'body' | 'identity' | 'trace'>;

/**
 * Reads the Idempotency-Key of a request. The hash covers everything that decides on the answer. Kept answers of an earlier
 * release are found by it, so it must not change.
 * @param body what stands for the body in the hash, if the body is not JSON
 * @throws AppError 422 if it is malformed
 */
export function idempotencyKeyOf(
  { headers, method, url, identity, ...request }: Omit<KeyedRequest, 'trace'>,
  body: unknown = request.body,
): IdempotencyKey | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !keyPattern.test(key))
    throw invalidInput([{ field: 'Idempotency-Key', message: 'is not 1 to 255 visible ASCII characters' }]);
  const [path = ''] = url.split('?', 1);
  const query = url.slice(path.length);
  const route = `${method} ${path}`;
  const { personId, workspaceId } = identity;
  const requestHash = createHash('sha256')
    .update(JSON.stringify([route, query, headers['if-match'] ?? null, body ?? null, ...agentIn(identity)]))
    .digest();
  return { personId, workspaceId, route, key, requestHash };
}

/** Keys of a person who acts without an agent have the hash of a release without agents. */
function agentIn({ agent }: KeyedRequest['identity']): string[] {
  return agent ? [agent.client_id] : [];
}

/** Answers a request with what its command returned. */
export function answerWith(
  reply: FastifyReply,
  { status, body, isReplayed = false }: Answer<unknown>,
): FastifyReply {
  markReplayed(reply, isReplayed);
  return status === 204 ? reply.code(204).send() : reply.code(status).send(body);
}

/** Tells a client that an answer is that of an earlier request. */
export function markReplayed(reply: FastifyReply, isReplayed: boolean): void {
  if (isReplayed) reply.header('idempotent-replayed', 'true');
}
