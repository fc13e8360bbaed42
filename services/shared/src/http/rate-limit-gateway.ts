import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../contracts/problem.ts';
import { AppError } from '../errors.ts';
import { createKeyedQueue } from '../workers/keyed-queue.ts';
import { headersOf, rateLimited } from './rate-limit-headers.ts';
import { costOf, createTokenBuckets, type RateLimit } from './rate-limit.ts';

/** Probes, and the public keys: a service that can't fetch them refuses everyone. */
const notLimited = /^\/(health|\.well-known)\b/;
/** Several people share an address: behind one router, or on one machine. */
const tokensPerAddress = 2;
/** Fewer than a gateway has connections to a service, so that the slow requests of one token leave some to others. */
const tokenTurns = { maxRunning: 16, maxWaiting: 256, maxWaitMs: 10_000 };
/** How long a refusal waits. A client that repeats its request at once would otherwise cost more refused than served. */
const refusalPauseMs = 500;
/** How many refusals wait at a time. More are answered at once. */
const maxPaused = 1_000;

/** Limits what comes through a gateway: how much (not if `perSecond` is 0), and how much at a time. */
export function addGatewayLimits(app: FastifyInstance, limit: RateLimit): void {
  if (limit.perSecond > 0) addBuckets(app, limit);
  addTurns(app);
}

/**
 * Limits how much is sent, by token and by address (`request.ip`), with token buckets. A token has the given limit,
 * an address twice as much. What its token refuses costs an address nothing, so others behind it go on. Health and keys are not limited.
 * It runs before a body is read, and answers by itself.
 */
function addBuckets(app: FastifyInstance, limit: RateLimit): void {
  const tokens = createTokenBuckets(limit);
  const addresses = createTokenBuckets({
    perSecond: limit.perSecond * tokensPerAddress,
    burst: limit.burst * tokensPerAddress,
  });
  let paused = 0;

  async function refuseLater(reply: FastifyReply, error: AppError): Promise<FastifyReply> {
    if (paused < maxPaused) {
      paused += 1;
      await pause(refusalPauseMs);
      paused -= 1;
    }
    return refuse(reply, error);
  }

  app.addHook('onRequest', async (request, reply) => {
    if (notLimited.test(request.url)) return undefined;
    const { authorization, 'content-length': length } = request.headers;
    const cost = costOf({ bytes: Number(length) || 0, rows: rowsOf(request.url) });
    const ofToken = authorization === undefined ? undefined : tokens.take(hashOf(authorization), cost);
    if (ofToken?.isAllowed === false) return refuseLater(reply, rateLimited('This token', ofToken));
    const ofAddress = addresses.take(addressOf(request), cost);
    if (!ofAddress.isAllowed) return refuseLater(reply, rateLimited('This address', ofAddress));
    reply.headers(headersOf(ofToken ?? ofAddress));
    return undefined;
  });
}

/** Limits how many requests of a token are passed on at a time. The others wait before they take a connection to a service. */
function addTurns(app: FastifyInstance): void {
  const turns = createKeyedQueue(tokenTurns);
  app.addHook('onRequest', async ({ headers: { authorization } }, reply) => {
    if (authorization === undefined) return undefined;
    let isClosed = false;
    let end: (() => void) | undefined;
    reply.raw.once('close', () => {
      isClosed = true;
      end?.();
    });
    try {
      end = await turns.take(hashOf(authorization));
    } catch (error) {
      if (error instanceof AppError) return refuse(reply, error);
      throw error;
    }
    if (isClosed) end();
    return undefined;
  });
}

function refuse(reply: FastifyReply, { status, code, message: detail, headers }: AppError): FastifyReply {
  const instance = reply.request.id;
  const problem: Problem = {
    type: 'about:blank',
    title: 'Too Many Requests',
    status,
    code,
    detail,
    instance,
  };
  return reply.code(status).headers(headers).type('application/problem+json').send(JSON.stringify(problem));
}

/** A household has a whole /64 of IPv6 addresses, so they share a bucket. */
function addressOf({ ip }: FastifyRequest): string {
  if (!isIPv6(ip) || ip.startsWith('::ffff:')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head.split(':');
  return (tail === undefined ? groups : [...groups, '0', '0', '0', '0']).slice(0, 4).join(':');
}

/** Tokens are not kept in memory as they are. */
function hashOf(authorization: string): string {
  return createHash('sha256').update(authorization).digest('base64url').slice(0, 22);
}

function rowsOf(url: string): number {
  return Number(/[?&]limit=(\d{1,6})(?:&|$)/.exec(url)?.[1] ?? 0);
}
