import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { AppError } from '../errors.ts';

/**
 * Gives a body to a reader while it arrives. What the reader leaves is read and dropped, because a client that still writes reads
 * no answer.
 * @param limit in bytes
 * @throws AppError 413 above the limit, 400 if the body does not arrive completely; and what the reader throws
 */
export async function readLimited<Result>(
  body: IncomingMessage,
  limit: number,
  read: (bytes: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Result> {
  try {
    if (Number(body.headers['content-length'] ?? 0) > limit) throw tooLarge();
    return await read(limited(body, limit));
  } catch (error) {
    body.resume();
    // Of a body that is too large, the rest is dropped after the answer.
    const isTooLarge = error instanceof AppError && error.status === 413;
    if (!isTooLarge && !body.readableEnded && !body.destroyed) await finished(body).catch(() => undefined);
    throw error;
  }
}

async function* limited(body: IncomingMessage, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    // By default the end of a loop destroys the stream, and with it the connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('bad-request', 'The body did not arrive completely.', { cause: error });
  }
}

/** 413: a body is larger than its route accepts. */
export function tooLarge(): AppError {
  return new AppError('too-large', 'Request body is too large', { headers: { connection: 'close' } });
}
