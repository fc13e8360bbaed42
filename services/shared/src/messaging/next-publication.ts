import type { KeyWindows } from './key-windows.ts';
import type { OutboxEvent } from './outbox.ts';

/** The most events of one publication. */
export const publicationSize = 500;
/** The most bytes of their bodies. JSON inside of JSON can be twice as long, and a sidecar accepts 4 MiB. */
const publicationBytes = 1.5 * 1024 * 1024;
/** Larger than any event of a valid task. No later event of its key goes with it: a broker could refuse it and accept the later one. */
const largeBytes = 256 * 1024;

/**
 * Takes the next publication from the front of a lane: in order, and of each key as many events as its window allows, at
 * most `perKey`.
 * @returns the events of the publication, those of a key next to each other: a sidecar that fails events one by one then soon has all of a
 *   key, or none. And the events that are left, in order
 */
export function nextPublication(
  lane: OutboxEvent[],
  windows: KeyWindows,
  perKey = Infinity,
): { publication: OutboxEvent[]; left: OutboxEvent[] } {
  const publication: OutboxEvent[] = [];
  const left: OutboxEvent[] = [];
  const takenOf = new Map<string, number>();
  let bytesLeft = publicationBytes;
  let isClosed = false;
  for (const event of lane) {
    const { partitionKey: key, body } = event;
    const taken = takenOf.get(key) ?? 0;
    if (isClosed || taken >= Math.min(perKey, windows.windowOf(key))) {
      takenOf.set(key, Infinity);
      left.push(event);
      continue;
    }
    const bytes = Buffer.byteLength(body);
    const isAlone = windows.isAlone(key);
    const isFirst = publication.length === 0;
    const isLarge = bytes > largeBytes;
    if (!isFirst && (isAlone || bytes > bytesLeft || (isLarge && taken > 0))) {
      takenOf.set(key, Infinity);
      left.push(event);
      continue;
    }
    publication.push(event);
    bytesLeft -= bytes;
    takenOf.set(key, isLarge ? Infinity : taken + 1);
    isClosed = isAlone || publication.length === publicationSize;
  }
  const byKey = Map.groupBy(publication, ({ partitionKey }) => partitionKey);
  return { publication: [...byKey.values()].flat(), left };
}
