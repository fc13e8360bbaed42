import { hourMs, minuteMs, secondMs } from './units.ts';

/** An opened time zone. Instants are milliseconds since 1970. */
export type Zone = {
  /** How far the clock of the zone is ahead of UTC at an instant, in milliseconds. @throws RangeError for NaN */
  offsetAt: (instant: number) => number;
};

/** A zone by its IANA name, or already opened for many calls. Null is UTC. */
export type ZoneLike = Zone | string | null;

/** The offsets of a run of instants: `offset` before `changesAt`, `laterOffset` from there on. */
type Block = { offset: number; changesAt: number; laterOffset: number };

/** Six days. No zone changes its offset twice within one: the closest changes are 167 hours apart (Recife, October 2000). */
const blockMs = 2 ** 19 * secondMs;

/** Limits of the cache of all zones: a few megabytes. */
const maxBlocks = 50_000;
const maxZones = 700;

const utc: Zone = {
  offsetAt: (instant) => {
    // As `Intl` does for other zones.
    if (Number.isNaN(instant)) throw new RangeError('the instant is NaN');
    return 0;
  },
};
const zones = new Map<string, Zone>();
let blockCount = 0;

/**
 * Opens a zone of the IANA database. Its offsets are cached in blocks: `Intl` takes a microsecond for each.
 * @throws RangeError if the runtime doesn't know the zone
 */
export function zoneOf(zone: ZoneLike): Zone {
  if (zone === null || zone === 'UTC') return utc;
  if (typeof zone !== 'string') return zone;
  let opened = zones.get(zone);
  if (!opened) {
    opened = openZone(zone);
    if (zones.size >= maxZones) clearCache();
    zones.set(zone, opened);
  }
  return opened;
}

/** Whether the runtime knows a time zone of the IANA database by this name. */
export function isTimeZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/** How far a zone is ahead of UTC at an instant, in milliseconds. @throws RangeError if the zone is unknown */
export function offsetMs(instant: number, zone: ZoneLike): number {
  return zoneOf(zone).offsetAt(instant);
}

/**
 * Finds the first second after `begin`, up to `end`, at which the offset of a zone is different. The two are at most a
 * week apart, so that there is at most one change between them.
 * @returns undefined if the offset is the same at both
 */
export function firstOffsetChange(begin: number, end: number, zone: ZoneLike): number | undefined {
  const { offsetAt } = zoneOf(zone);
  return changeBetween(begin, end, offsetAt);
}

function changeBetween(
  begin: number,
  end: number,
  offsetAt: (instant: number) => number,
): number | undefined {
  const offset = offsetAt(begin);
  if (offsetAt(end) === offset) return undefined;
  let [before, after] = [begin, end];
  while (after - before > secondMs) {
    const middle = before + Math.floor((after - before) / 2 / secondMs) * secondMs;
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** @throws RangeError if the runtime doesn't know the zone */
function openZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const blocks = new Map<number, Block>();
  return {
    offsetAt: (instant) => {
      const index = Math.floor(instant / blockMs);
      let block = blocks.get(index);
      if (!block) {
        block = readBlock(index * blockMs, format);
        if (blockCount >= maxBlocks) {
          clearCache();
          // A caller may still hold this zone.
          blocks.clear();
        }
        blockCount += 1;
        blocks.set(index, block);
      }
      return instant < block.changesAt ? block.offset : block.laterOffset;
    },
  };
}

function readBlock(begin: number, format: Intl.DateTimeFormat): Block {
  const [offset, laterOffset] = [readOffset(begin, format), readOffset(begin + blockMs, format)];
  if (offset === laterOffset) return { offset, changesAt: Infinity, laterOffset };
  const changesAt = changeBetween(begin, begin + blockMs, (instant) => readOffset(instant, format));
  return { offset, changesAt: changesAt ?? Infinity, laterOffset };
}

/** Reads `GMT+01:00` at the end of a formatted date; before 1973 an offset may have seconds, and UTC has only `GMT`. */
function readOffset(instant: number, format: Intl.DateTimeFormat): number {
  const text = format.format(instant);
  const at = text.indexOf('GMT') + 3;
  if (at >= text.length) return 0;
  const [hours, minutes, seconds] = [1, 4, 7].map((from) => Number(text.slice(at + from, at + from + 2)));
  const offset = (hours ?? 0) * hourMs + (minutes ?? 0) * minuteMs + (seconds ?? 0) * secondMs;
  return text[at] === '-' ? -offset : offset;
}

function clearCache(): void {
  zones.clear();
  blockCount = 0;
}
