import { Temporal } from 'temporal-polyfill';

/** How far a zone's clock is ahead of UTC at an instant (seconds since 1970), in seconds. */
export type Zone = { offsetAt: (instant: number) => number };

/** A run of instants with one offset up to `changes_at`, and another from there. */
type Block = { offset: number; changes_at: number; later_offset: number };

/** Six days: of all changes of all zones, no two are closer than a week less an hour (Recife, October 2000). */
const blockLength = 2 ** 19;
/** What is remembered of all zones together: a few megabytes. */
const mostBlocks = 50_000;
const mostZones = 700;

const utc: Zone = { offsetAt: () => 0 };
const zones = new Map<string, Zone & { blocks: Map<number, Block> }>();
let remembered = 0;

/**
 * A zone of the IANA database, UTC for null. Its offsets are remembered: a lookup through Temporal costs 10 µs.
 * @throws RangeError for a name that is not a zone
 */
export function zoneOf(name: string | null): Zone {
  if (name === null) return utc;
  let zone = zones.get(name);
  if (!zone) {
    zone = openZone(name);
    if (zones.size >= mostZones) forget();
    zones.set(name, zone);
  }
  return zone;
}

function openZone(name: string): Zone & { blocks: Map<number, Block> } {
  const ask = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant * 1_000).toZonedDateTimeISO(name).offsetNanoseconds / 1e9;
  const blocks = new Map<number, Block>();
  // A name that is not a zone is refused here, not at the first offset.
  ask(0);
  return {
    blocks,
    offsetAt: (instant) => {
      const index = Math.floor(instant / blockLength);
      let block = blocks.get(index);
      if (!block) {
        if (remembered >= mostBlocks) forget();
        block = readBlock(index * blockLength, ask);
        blocks.set(index, block);
        remembered += 1;
      }
      return instant < block.changes_at ? block.offset : block.later_offset;
    },
  };
}

function forget(): void {
  for (const { blocks } of zones.values()) blocks.clear();
  zones.clear();
  remembered = 0;
}

function readBlock(start: number, ask: (instant: number) => number): Block {
  const offset = ask(start);
  let [before, after] = [start, start + blockLength];
  const later = ask(after);
  if (later === offset) return { offset, changes_at: Infinity, later_offset: later };
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (ask(middle) === offset) before = middle;
    else after = middle;
  }
  return { offset, changes_at: after, later_offset: later };
}

const aDay = 86_400;

/** The instant at which a zone's clock first shows a wall time; null in a gap, where it never does. */
export function firstInstantOf(wall: number, zone: Zone): number | null {
  const before = wall - zone.offsetAt(wall - aDay);
  const after = wall - zone.offsetAt(wall + aDay);
  if (before === after) return before;
  // In an overlap both are true: the earlier comes by the offset from before the change.
  if (before + zone.offsetAt(before) === wall) return before;
  return after + zone.offsetAt(after) === wall ? after : null;
}

/** The instant of a wall time; in a gap it shifts forward by the gap's length (Temporal's `compatible`). */
export function instantOf(wall: number, zone: Zone): number {
  return firstInstantOf(wall, zone) ?? wall - zone.offsetAt(wall - aDay);
}
