import type { Readable, Writable } from 'node:stream';
import { onceClosed } from '@rondo/shared/http/once-closed';

/** Cuts off the readers that have read nothing for the longest time while too many don't read what they asked for. */
export type StalledReaders = {
  /** @param reader takes what is piped from `source` */
  watch(source: Readable, reader: Writable): void;
};

/** One keeps up to 400 KiB in memory: chunks of 64 KiB on each of its connections, and between them. */
const maxStalled = 64;

/** Bounds the memory of answers that wait for their readers. */
export function createStalledReaders(max = maxStalled): StalledReaders {
  // A Set keeps insertion order, so its first entry has waited longest.
  const stalled = new Set<Writable>();
  return {
    watch(source, reader) {
      const isGone = () => stalled.delete(reader);
      source.on('pause', () => {
        if (!reader.writableNeedDrain) return;
        stalled.add(reader);
        if (stalled.size <= max) return;
        const [longest] = stalled;
        longest?.destroy();
        if (longest) stalled.delete(longest);
      });
      reader.on('drain', isGone);
      onceClosed(reader, isGone);
    },
  };
}
