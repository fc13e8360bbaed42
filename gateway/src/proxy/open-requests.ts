import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { announcedBytes } from '@rondo/shared/http/announced-bytes';
import { isProxy, networkOf, type ProxyTrust } from '@rondo/shared/http/client-address';
import { HeldBody, heldBodyOf } from '@rondo/shared/http/held-body';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { createOpenCount, type OpenCount } from '@rondo/shared/http/open-count';
import { defaultBodyLimit } from '@rondo/shared/service-registry';
import type { GatewayLimits } from '../config.ts';
import { createBodyRoom, firstToGo, tooManyOfAll } from './body-room.ts';
import { dropSlowBodies } from './slow-bodies.ts';

const mebibyte = 1024 * 1024;

/**
 * Bytes of bodies that the gateway has at the same time. Those up to the usual limit are in memory, twice while their parts are
 * joined. Larger ones are in files.
 */
const maxBodyBytes = { usual: 4 * mebibyte, large: 512 * mebibyte };

/** Bounds the memory and the files of bodies, and how slowly the usual ones arrive. To call before the hooks that wait. */
export function limitBodies(app: FastifyInstance): void {
  const usual = createBodyRoom(maxBodyBytes.usual);
  const large = createBodyRoom(maxBodyBytes.large);
  const slow = dropSlowBodies(usual.bodies);
  app.addHook('onClose', (_app, done) => {
    slow[Symbol.dispose]();
    done();
  });
  app.addHook('onRequest', ({ raw, ip, headers, routeOptions }, reply, done) => {
    const { bodyLimit } = routeOptions;
    const bytes = announcedBytes({ headers, limit: bodyLimit });
    if (bytes > 0 && bytes <= bodyLimit)
      (bytes > defaultBodyLimit ? large : usual).take(
        new HeldBody(raw, reply.raw, { bytes, network: networkOf(ip) }),
      );
    done();
  });
}

export type OpenRequestLimits = { limits: GatewayLimits; trust: ProxyTrust };

/**
 * Refuses a request that is one too many at the same time: 429 if its address has too many open, 503 if all together have. It is one
 * too many only if no other's body is still arriving: such a request costs a connection, and goes first.
 */
export function limitOpenRequests({ limits, trust }: OpenRequestLimits): onRequestHookHandler {
  const ofAddress = createOpenCount(limits.maxRequestsPerAddress);
  const all = createOpenCount(limits.maxRequests);
  /** Those of the requests that are counted. */
  const bodies = new Set<HeldBody>();

  /** @throws AppError `refusal` if no body of these requests is arriving */
  function add(
    count: OpenCount,
    key: string,
    refusal: () => AppError,
    isOfThese: (body: HeldBody) => boolean,
  ) {
    if (count.tryAdd(key)) return;
    const arriving = [...bodies].filter((body) => body.isArriving && isOfThese(body));
    const first = firstToGo(arriving, () => 1);
    if (!first) throw refusal();
    first.drop(refusal());
    count.tryAdd(key);
  }

  return ({ raw, ip }, reply, done) => {
    const network = isProxy(ip, trust) ? undefined : networkOf(ip);
    const body = heldBodyOf(raw);
    const hold = (release: () => void) => (body ? body.hold(release) : onceClosed(reply.raw, release));
    if (network !== undefined) {
      add(ofAddress, network, tooManyOpen, (other) => other.network === network);
      hold(() => ofAddress.remove(network));
    }
    add(all, '', tooManyOfAll, () => true);
    if (body) bodies.add(body);
    hold(() => {
      all.remove('');
      if (body) bodies.delete(body);
    });
    done();
  };
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
