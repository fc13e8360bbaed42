import type { Server } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { defaultBodyLimit } from '../service-registry.ts';
import { announcedBytes } from './announced-bytes.ts';
import { lingerBeforeClose } from './linger.ts';
import { createTokenBuckets, type TokenBuckets } from './rate-limit.ts';

const mebibyte = 1024 * 1024;

/** Bytes of refused bodies that a server reads and drops. To read all of them would be the work that the refusal saves. */
const droppedBytes = { perSecond: 8 * mebibyte, burst: 32 * mebibyte };

const bucketsOfServers = new WeakMap<Server, TokenBuckets>();

function bucketsOf(server: Server): TokenBuckets {
  const buckets = bucketsOfServers.get(server) ?? createTokenBuckets(droppedBytes);
  bucketsOfServers.set(server, buckets);
  return buckets;
}

/**
 * Leaves a large body that is refused unread if many others were refused just now: the connection closes after the answer. A client
 * that reads no answer before it has sent its body doesn't see it then. Otherwise Node reads and drops the body.
 * @returns whether the body is left unread
 */
export function leaveUnread({ raw, headers, routeOptions, server }: FastifyRequest): boolean {
  const bytes = announcedBytes({ headers, limit: routeOptions.bodyLimit ?? defaultBodyLimit });
  if (raw.complete || bytes <= defaultBodyLimit || bucketsOf(server.server).take('', bytes).isAllowed)
    return false;
  // Node drops only a body that nobody has begun to read.
  raw.once('readable', () => {});
  lingerBeforeClose(raw.socket);
  return true;
}
