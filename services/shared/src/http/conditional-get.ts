import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Whether the client has the answer with this ETag already (`If-None-Match`, RFC 9110 section 13.1.2). The comparison is weak:
 * a proxy that compresses an answer makes its ETag weak.
 */
export function isKnownToClient({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}

/** Answers 304 (RFC 9110 section 15.4.5): no body, and no length of one. */
export function sendNotModified(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendWithoutBody(request, reply.code(304));
}

/** Sends only headers. For HEAD, Fastify gives every payload a length except a stream. */
export function sendWithoutBody({ method }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return method === 'HEAD' ? reply.send(Readable.from([])) : reply.send();
}
