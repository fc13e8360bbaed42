import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readEntityTags } from './entity-tags.ts';

/**
 * Whether the client has the answer with this ETag already (`If-None-Match`, RFC 9110 section 13.1.2).
 * @throws AppError 400 if the header is malformed
 */
export function isKnownToClient({ headers }: FastifyRequest, etag: string): boolean {
  const value = headers['if-none-match'];
  if (value === undefined) return false;
  const known = readEntityTags('If-None-Match', value);
  return known === '*' || known.includes(etag);
}

/** Answers 304 (RFC 9110 section 15.4.5): no body, and no length of one. */
export function sendNotModified(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendWithoutBody(request, reply.code(304));
}

/** Sends only headers. For HEAD, Fastify gives every payload a length except a stream. */
export function sendWithoutBody({ method }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return method === 'HEAD' ? reply.send(Readable.from([])) : reply.send();
}
