import type { FastifyInstance } from 'fastify';
import { DaprError, wordsOf } from './dapr-error.ts';

/** Dapr's limit of a request's body. */
const maxBytes = 4 * 1024 * 1024;

/** A request's body as it came, or what says that it was larger than Dapr takes. */
type RequestBody = { bytes: Buffer; is_too_large: boolean };

/** Takes every body as bytes. One that is too large is read to its end all the same, so that its sender gets an answer. */
export function takeBodiesAsBytes(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (_request, payload, done) => {
    const chunks: Buffer[] = [];
    let length = 0;
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
    });
    payload.once('error', (error) => done(error));
    payload.once('end', () => {
      const isTooLarge = length > maxBytes;
      done(null, {
        bytes: isTooLarge ? Buffer.alloc(0) : Buffer.concat(chunks),
        is_too_large: isTooLarge,
      } satisfies RequestBody);
    });
  });
}

/** @throws what `refuse` makes of the reason why the body cannot be used */
export function bytesOf(body: unknown, refuse: (why: string) => Error): Buffer {
  const { bytes, is_too_large: isTooLarge } = (body as RequestBody | undefined) ?? {
    bytes: Buffer.alloc(0),
    is_too_large: false,
  };
  if (isTooLarge) throw refuse('stream too large');
  return bytes;
}

/** The body as JSON. @throws what `refuse` makes of the reason why it is none */
export function jsonOf(
  body: unknown,
  refuse: (why: string) => Error = (why) => new DaprError(400, 'ERR_MALFORMED_REQUEST', why),
): unknown {
  const text = bytesOf(body, refuse).toString();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refuse(wordsOf(error));
  }
}
