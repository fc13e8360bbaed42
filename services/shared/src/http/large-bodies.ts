import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../errors.ts';
import { defaultBodyLimit } from '../service-registry.ts';
import { createFairTurns } from '../workers/fair-turns.ts';
import { busy } from '../workers/keyed-queue.ts';
import { announcedBytes } from './announced-bytes.ts';
import { refuseIfClosed, signalOfClient } from './closed-clients.ts';
import { holdTurn } from './fair-reads.ts';
import { onceClosed } from './once-closed.ts';
import { createOpenCount } from './open-count.ts';
import { tooLarge } from './read-limited.ts';
import { spoolBody } from './spooled-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The SHA-256 of a body that was received into a file, in hexadecimal; null for another one, such as an empty one. */
    bodySha256: string | null;
  }
  interface FastifyContextConfig {
    /** The handler reads the body as a stream, and has a bound of its own for what it keeps of it. */
    streamsBody?: boolean;
  }
}

const mebibyte = 1024 * 1024;

/** Bytes of bodies that are in files at the same time. A person has one of the largest and one of a bulk. */
const maxSpooledBytes = { inAll: 512 * mebibyte, ofPerson: 24 * mebibyte };
/**
 * Bytes of bodies that are in memory at the same time, each with many times as much that is made of it. Half as much again as the
 * largest one: it may wait for a turn of its workspace, and others go on beside it.
 */
const turnsInMemory = {
  maxWeight: 6 * mebibyte,
  maxWaiting: 100,
  maxWaitMs: 10_000,
  refusal: () => busy('Too many large requests are under way.'),
};

/**
 * Receives bodies above the usual limit into files first, as slowly as they come. Then people take turns, in which a body
 * and its request are in memory. A turn ends when the answer is ready.
 */
export function addLargeBodies(app: FastifyInstance): void {
  const spooled = {
    inAll: createOpenCount(maxSpooledBytes.inAll),
    ofPerson: createOpenCount(maxSpooledBytes.ofPerson),
  };
  const turns = createFairTurns(turnsInMemory);
  app.decorateRequest('bodySha256', null);
  app.addHook('preParsing', async (request, reply, payload) => {
    const { bodyLimit: limit, config } = request.routeOptions;
    const bytes = announcedBytes({ headers: request.headers, limit });
    const smallest = config.streamsBody === true ? 0 : defaultBodyLimit;
    if (limit <= defaultBodyLimit || config.public === true || bytes <= smallest) return payload;
    if (bytes > limit) throw tooLarge();
    const { personId } = request.identity;
    countUntilClosed(spooled, personId, bytes, reply);
    const body = await spoolBody(request.raw, limit);
    onceClosed(reply.raw, () => void body[Symbol.asyncDispose]());
    request.bodySha256 = body.sha256;
    if (config.streamsBody !== true)
      holdTurn(request, reply, await turns.take(personId, body.bytes, signalOfClient(reply.raw)));
    refuseIfClosed(reply.raw);
    return body.read();
  });
}

type Counts = Record<'inAll' | 'ofPerson', ReturnType<typeof createOpenCount>>;

/** @throws AppError 429 if the person, 503 if all together have too many bytes in files */
function countUntilClosed(
  { inAll, ofPerson }: Counts,
  personId: string,
  bytes: number,
  reply: FastifyReply,
): void {
  if (!ofPerson.tryAdd(personId, bytes)) throw busy('Too many of your large requests are under way.');
  if (!inAll.tryAdd('', bytes)) {
    ofPerson.remove(personId, bytes);
    throw new AppError('unavailable', 'Too many large requests are under way. Try again.', {
      headers: { 'retry-after': '5' },
    });
  }
  onceClosed(reply.raw, () => {
    ofPerson.remove(personId, bytes);
    inAll.remove('', bytes);
  });
}
