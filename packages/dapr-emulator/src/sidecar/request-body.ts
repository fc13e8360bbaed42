import type { FastifyInstance } from 'fastify';
import { DaprError, messageOf } from './dapr-error.ts';

/** The largest body that Dapr accepts. */
const maxBytes = 4 * 1024 * 1024;

/** `bytes` is empty if the body is too large. */
type RequestBody = { bytes: Buffer; isTooLarge: boolean };

/** Parses each body as bytes. A body that is too large is read to its end, so that its sender gets the answer. */
export function parseBodiesAsBytes(http: FastifyInstance): void {
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
        isTooLarge,
      } satisfies RequestBody);
    });
  });
}

/** @throws the error that `toError` creates if the body is too large */
export function bytesOf(body: unknown, toError: (why: string) => Error): Buffer {
  const { bytes, isTooLarge } = (body as RequestBody | undefined) ?? {
    bytes: Buffer.alloc(0),
    isTooLarge: false,
  };
  if (isTooLarge) throw toError('stream too large');
  return bytes;
}

/** Parses the body as JSON. @throws the error that `toError` creates if it is invalid */
export function jsonOf(
  body: unknown,
  toError: (why: string) => Error = (why) => new DaprError(400, 'ERR_MALFORMED_REQUEST', why),
): unknown {
  const text = bytesOf(body, toError).toString();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw toError(messageOf(error));
  }
}
