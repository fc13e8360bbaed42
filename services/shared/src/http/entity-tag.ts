import type { FastifyReply } from 'fastify';

/**
 * Whether `If-None-Match` names the ETag that the resource has now (RFC 9110 section 13.1.2): one of a list, weak or strong,
 * because a proxy that compresses makes an ETag weak.
 */
export function isKnownTag(etag: string, ifNoneMatch: string | undefined): boolean {
  const known = ifNoneMatch?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}

/** Answers 304. A payload, even null, would get a `content-length` that does not fit the empty body. */
export function sendNotModified(reply: FastifyReply): FastifyReply {
  return reply.code(304).send();
}
