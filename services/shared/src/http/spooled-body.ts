import { createHash, randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import { createRateWatch, tooSlow, type LeastRate } from './least-rate.ts';
import { readLimited } from './read-limited.ts';

/**
 * A body that arrived completely, in a file without a name. The file is gone when it is closed, or when the process ends. A reader that
 * has not come to the end then gets an error: a stream that only stops would keep it waiting forever. `sha256` is the body's hash in
 * hexadecimal.
 */
export type SpooledBody = AsyncDisposable & { bytes: number; sha256: string; read(): Readable };

/** 64 KiB/s, in each 10 s. */
const leastRate: LeastRate = { bytes: 640 * 1024, ticks: 10, tickMs: 1_000 };

/**
 * Receives a body into a file, so that nothing that others need is held while it arrives.
 * @param limit in bytes
 * @throws AppError 408 if it arrives too slowly, 503 if the file can't be written, and as `readLimited`
 */
export async function spoolBody(
  message: IncomingMessage,
  limit: number,
  rate: LeastRate = leastRate,
): Promise<SpooledBody> {
  const file = await openUnnamedFile();
  try {
    const { bytes, sha256 } = await receive(message, limit, { file, rate });
    const readers: Readable[] = [];
    return {
      bytes,
      sha256,
      read() {
        // A reader may have given up before the error.
        const reader = file.createReadStream({ start: 0, autoClose: false }).on('error', () => undefined);
        readers.push(reader);
        return reader;
      },
      [Symbol.asyncDispose]() {
        for (const reader of readers) if (!reader.readableEnded) reader.destroy(closedEarly());
        return file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function receive(
  message: IncomingMessage,
  limit: number,
  { file, rate }: { file: FileHandle; rate: LeastRate },
): Promise<{ bytes: number; sha256: string }> {
  let bytes = 0;
  const hash = createHash('sha256');
  const tooLate = Promise.withResolvers<never>();
  const isTooSlow = createRateWatch(rate);
  isTooSlow(0);
  const watch = setInterval(() => {
    if (isTooSlow(bytes)) tooLate.reject(tooSlow(rate));
  }, rate.tickMs);
  try {
    const received = readLimited(message, limit, async (chunks) => {
      for await (const chunk of chunks) {
        await file.writeFile(chunk).catch(noSpace);
        bytes += chunk.length;
        hash.update(chunk);
      }
    });
    await Promise.race([received, tooLate.promise]);
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    clearInterval(watch);
  }
}

async function openUnnamedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `rondo-body-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600).catch(noSpace);
  await unlink(path);
  return file;
}

function closedEarly(): AppError {
  return new AppError('bad-request', 'The body was closed before it was read.');
}

function noSpace(cause: unknown): never {
  throw new AppError('unavailable', 'There is no space for the body at the moment. Try again.', {
    cause,
    headers: { 'retry-after': '5' },
  });
}
