import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../errors.ts';
import { createKeyedQueue } from '../workers/keyed-queue.ts';
import { networkOf } from './client-address.ts';
import { refuseIfClosed, signalOfClient } from './closed-clients.ts';
import { onceClosed } from './once-closed.ts';
import { headersOf, rateLimited } from './rate-limit-headers.ts';
import { costOf, createTokenBuckets, rowsOfPage, type RateLimit } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The bytes of the gateway's own answer, if it is large: it costs its address as much as a body of this size. */
    answerBytes?: number;
  }
}

/** Probes, and the public keys: a service that can't fetch them refuses everyone. */
const notLimited = /^\/(health|\.well-known\/jwks\.json)\b/;
/**
 * How a token's burst is let in: `burst` at once, the rest over `seconds`. As fast as it comes, it would fill the process, and requests of
 * others that come with it would wait behind all of it.
 */
const pace = { burst: 40, seconds: 2.5 };
/** Several people share an address: behind one router, or on one machine. */
const tokensPerAddress = 2;
/** Fewer than a gateway has connections to a service, so that the slow requests of one token leave some to others. */
const tokenTurns = { maxRunning: 8, maxWaiting: 256, maxWaitMs: 10_000 };
/**
 * How long a refusal waits: half of this, up to one and a half times. A client that repeats its request at once would otherwise
 * cost more refused than served, and many connections that are refused together would come back together.
 */
const refusalPauseMs = 1_000;
/** How many refusals wait at a time. More are answered at once. */
const maxPaused = 1_000;

/**
 * Limits what comes through a gateway: how much (not if `perSecond` is 0), and how much of a token at a time. It runs before a
 * body is read, and throws what the gateway's error handler answers. A request whose client goes while it waits ends here.
 */
export function addGatewayLimits(app: FastifyInstance, limit: RateLimit): void {
  const charge = limit.perSecond > 0 ? createCharge(limit) : undefined;
  const takeTurn = createTurns();
  app.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers;
    const token = authorization === undefined ? undefined : hashOf(authorization);
    await charge?.(request, reply, token);
    if (token !== undefined) await takeTurn(reply.raw, token);
    refuseIfClosed(reply.raw);
  });
}

type Charge = (request: FastifyRequest, reply: FastifyReply, token: string | undefined) => Promise<void>;

/**
 * Limits how much is sent, by token and by address (`request.ip`), with token buckets. A token has the given limit,
 * an address twice as much. What its token refuses costs an address nothing, so others behind it go on. Health and keys are not
 * limited.
 */
function createCharge(limit: RateLimit): Charge {
  const tokens = createTokenBuckets(limit);
  const addresses = createTokenBuckets({
    perSecond: limit.perSecond * tokensPerAddress,
    burst: limit.burst * tokensPerAddress,
  });
  const paces = createTokenBuckets({
    perSecond: Math.max(limit.perSecond, limit.burst / pace.seconds),
    burst: pace.burst,
  });
  let paused = 0;

  async function refuseLater(raw: ServerResponse, error: AppError): Promise<never> {
    if (paused < maxPaused) {
      paused += 1;
      await pauseForClient(raw, refusalPauseMs * (0.5 + Math.random()));
      paused -= 1;
    }
    throw error;
  }

  return async (request, reply, token) => {
    if (notLimited.test(request.url)) return;
    const { answerBytes = 0 } = request.routeOptions.config;
    const bytes = Number(request.headers['content-length']) || 0;
    const cost = costOf({ bytes: bytes + answerBytes, rows: rowsOf(request.url) });
    const ofToken = token === undefined ? undefined : tokens.take(token, cost);
    if (ofToken?.isAllowed === false) await refuseLater(reply.raw, rateLimited('This token', ofToken));
    const ofAddress = addresses.take(networkOf(request.ip), cost);
    if (!ofAddress.isAllowed) await refuseLater(reply.raw, rateLimited('This address', ofAddress));
    reply.headers(headersOf(ofToken ?? ofAddress));
    const waitMs = token === undefined ? 0 : paces.borrow(token, cost);
    if (waitMs > 0) await pauseForClient(reply.raw, waitMs);
    refuseIfClosed(reply.raw);
  };
}

/** Waits until the time has passed, or the client has gone. */
async function pauseForClient(raw: ServerResponse, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: signalOfClient(raw) }).catch(() => undefined);
}

/** Limits how many requests of a token are passed on at a time. The others wait before they take a connection to a service. */
function createTurns(): (raw: ServerResponse, token: string) => Promise<void> {
  const turns = createKeyedQueue(tokenTurns);
  return async (raw, token) => {
    onceClosed(raw, await turns.take(token, () => signalOfClient(raw)));
  };
}

/**
 * Tokens are not kept in memory as they are. The scheme has many spellings, `bearer` and `BEARER`, and a token one limit. So has a
 * password (RFC 7617), whatever the name before it.
 */
function hashOf(authorization: string): string {
  const given = authorization.slice(authorization.indexOf(' ') + 1);
  const token = /^basic /i.test(authorization) ? passwordOf(given) : given;
  return createHash('sha256').update(token).digest('base64url').slice(0, 22);
}

function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

const limitParameter = /[?&]limit=(\d{1,9})(?:&|$)/;
const offsetParameter = /[?&]offset=(\d{1,9})(?:&|$)/;

function rowsOf(url: string): number {
  const numberIn = (parameter: RegExp) => Number(parameter.exec(url)?.[1] ?? 0);
  return rowsOfPage({ limit: numberIn(limitParameter), offset: numberIn(offsetParameter) });
}
