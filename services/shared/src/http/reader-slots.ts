import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { readAsNow } from '../database/reader.ts';
import { AppError } from '../errors.ts';
import { onceClosed } from './once-closed.ts';
import { bytesPerRow } from './rate-limit.ts';

/** Gives each person one slot for reading much at once, such as an export. The slots are those of this replica. */
export type ReaderSlots = {
  /** @returns a function that frees the slot @throws AppError 429 `busy` if the person has taken it */
  take(personId: string): () => void;
};

const retryAfterSeconds = 5;

/** @param what is read, for the refusal, such as `export` */
export function createReaderSlots(what: string): ReaderSlots {
  const taken = new Set<string>();
  return {
    take(personId) {
      if (taken.has(personId))
        throw new AppError('busy', `Another ${what} of yours is running. Try again when it has ended.`, {
          headers: { 'retry-after': String(retryAfterSeconds) },
        });
      taken.add(personId);
      return () => taken.delete(personId);
    },
  };
}

/** A reader that takes nothing for so long is cut off. */
const stallMs = 60_000;

/** An answer of text that is read only as fast as the client takes it. */
export function streamToReader(text: AsyncIterable<string>, response: ServerResponse): Readable {
  response.setTimeout(stallMs);
  return Readable.from(readAsNow(text), { objectMode: false });
}

/** The same, in a slot, which is freed when it ends, or when its reader goes away. */
export function streamInSlot(
  text: AsyncIterable<string>,
  free: () => void,
  response: ServerResponse,
): Readable {
  const stream = streamToReader(text, response);
  // It closes after the end, and also if the reader goes away before the beginning.
  onceClosed(stream, free);
  return stream;
}

/** Bytes that are given to a reader at once. */
const chunkBytes = 64 * 1024;

/**
 * Joins short texts to chunks of about 64 KiB. A text that is empty counts as a row that was read for nothing.
 * @param pay is called with the bytes of each chunk before it is given (by default nothing is paid)
 */
export async function* inChunks(
  pieces: AsyncIterable<string>,
  pay: (bytes: number) => Promise<void> | void = () => {},
): AsyncGenerator<string> {
  let chunk = '';
  let bytes = 0;
  for await (const piece of pieces) {
    chunk += piece;
    bytes += Math.max(bytesPerRow, Buffer.byteLength(piece));
    if (bytes < chunkBytes) continue;
    await pay(bytes);
    if (chunk !== '') yield chunk;
    [chunk, bytes] = ['', 0];
  }
  await pay(bytes);
  if (chunk !== '') yield chunk;
}
