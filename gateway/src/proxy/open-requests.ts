import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { announcedBytes } from '@rondo/shared/http/announced-bytes';
import { isProxy, networkOf, type ProxyTrust } from '@rondo/shared/http/client-address';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { createOpenCount, type OpenCount } from '@rondo/shared/http/open-count';
import { defaultBodyLimit } from '@rondo/shared/service-registry';
import type { GatewayLimits } from '../config.ts';

const mebibyte = 1024 * 1024;

/**
 * Bytes of bodies that the gateway has at the same time: in all, and of one address. Those up to the usual limit are in memory, twice
 * while their parts are joined. Larger ones are in files.
 */
const maxBodyBytes = {
  usual: { inAll: 4 * mebibyte, ofAddress: 2 * mebibyte },
  large: { inAll: 512 * mebibyte, ofAddress: 40 * mebibyte },
} as const;

export type OpenRequestLimits = { limits: GatewayLimits; trust: ProxyTrust };

/** Refuses a request that is one too many at the same time: 429 if its address has too many open, 503 if all together have. */
export function limitOpenRequests({ limits, trust }: OpenRequestLimits): onRequestHookHandler {
  const ofAddress = createOpenCount(limits.maxRequestsPerAddress);
  const all = createOpenCount(limits.maxRequests);
  return (request, reply, done) => {
    count({ ofAddress, all, trust }, 1, request, reply);
    done();
  };
}

/** Bounds the memory and the files of bodies. */
export function limitBodies({ limits, trust }: OpenRequestLimits): onRequestHookHandler {
  const countsOf = ({ inAll, ofAddress }: { inAll: number; ofAddress: number }) => ({
    ofAddress: createOpenCount(limits.maxRequestsPerAddress === 0 ? 0 : ofAddress),
    all: createOpenCount(inAll),
    trust,
  });
  const [usual, large] = [countsOf(maxBodyBytes.usual), countsOf(maxBodyBytes.large)];
  return (request, reply, done) => {
    const { bodyLimit } = request.routeOptions;
    const bytes = announcedBytes({ headers: request.headers, limit: bodyLimit });
    if (bytes > 0 && bytes <= bodyLimit)
      count(bytes > defaultBodyLimit ? large : usual, bytes, request, reply);
    done();
  };
}

/** Counts a request until its connection has the whole answer. @throws AppError 429, 503 */
function count(
  { ofAddress, all, trust }: { ofAddress: OpenCount; all: OpenCount; trust: ProxyTrust },
  weight: number,
  { ip }: FastifyRequest,
  reply: FastifyReply,
): void {
  const address = isProxy(ip, trust) ? undefined : networkOf(ip);
  if (address !== undefined && !ofAddress.tryAdd(address, weight)) throw tooManyOpen();
  if (!all.tryAdd('', weight)) {
    if (address !== undefined) ofAddress.remove(address, weight);
    throw new AppError('unavailable', 'Too many requests are open at the moment. Try again.', {
      headers: { 'retry-after': '1' },
    });
  }
  onceClosed(reply.raw, () => {
    if (address !== undefined) ofAddress.remove(address, weight);
    all.remove('', weight);
  });
}

/** 429: an address has too many requests or connections open. */
export function tooManyOpen(): AppError {
  return new AppError(
    'too-many-open-requests',
    'This address has too many requests or connections open. Try again.',
    {
      headers: { 'retry-after': '1' },
    },
  );
}
