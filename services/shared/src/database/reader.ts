import { AsyncLocalStorage } from 'node:async_hooks';

/** On whose behalf something is read. */
export type Reader = {
  personId: string;
  /** Aborts when nobody needs the answer any more. It is called only if the read has to wait for its turn. */
  signalOf: () => AbortSignal;
};

const readers = new AsyncLocalStorage<Reader>();

/** Runs work, and all that it waits for, on behalf of a reader. */
export function runAsReader<Result>(reader: Reader, work: () => Result): Result {
  return readers.run(reader, work);
}

/** The reader on whose behalf this runs; undefined for what is no read, such as commands and workers. */
export function currentReader(): Reader | undefined {
  return readers.getStore();
}

/** Makes parts that are read on behalf of the present reader: the next part of a stream is asked for by a socket, which has none. */
export function readAsNow<Part>(parts: AsyncIterable<Part>): AsyncIterable<Part> {
  const asNow = AsyncLocalStorage.snapshot();
  return {
    [Symbol.asyncIterator]() {
      const iterator = parts[Symbol.asyncIterator]();
      return {
        next: () => asNow(() => iterator.next()),
        return: async () => (await asNow(() => iterator.return?.())) ?? { done: true, value: undefined },
      };
    },
  };
}
