import { dayMs, hourMs } from '@rondo/time/units';
import { zoneOf, type Zone } from '@rondo/time/zone';
import { zonesOfWindows } from './windows-zone.ts';

/** The days before and after now that are compared: a year and five years. */
const days = { before: 366, after: 5 * 366 };

/**
 * Finds an IANA zone whose clock is the described one on each day from a year before to five years after now: the preferred one
 * if it fits, then those that Windows has. A clock that never changes is one of `Etc/GMT`, if its offset is in whole hours.
 * @param floating the preferred zone
 */
export function fittingZone(
  { offsetAt }: Zone,
  { floating, now }: { floating: string; now: Date },
): string | undefined {
  const noon = Math.floor(now.getTime() / dayMs) * dayMs + dayMs / 2;
  const instants: number[] = [];
  for (let day = -days.before; day <= days.after; day += 1) instants.push(noon + day * dayMs);
  const offsets = instants.map((instant) => offsetAt(instant));
  const fits = (name: string) => {
    const zone = zoneOf(name);
    const isSame = (index: number) => zone.offsetAt(instants[index] ?? noon) === offsets[index];
    // Half a year apart first: most zones differ there.
    return isSame(0) && isSame(182) && offsets.every((_offset, index) => isSame(index));
  };
  const fixed = offsets.every((offset) => offset === offsets[0]) ? fixedZone(offsets[0] ?? 0) : [];
  return [floating, ...fixed, ...zonesOfWindows].find((name) => fits(name));
}

/** The sign of these names is that of POSIX: west of Greenwich is positive. */
function fixedZone(offset: number): string[] {
  const hours = offset / hourMs;
  if (!Number.isInteger(hours) || hours < -12 || hours > 14) return [];
  return [hours === 0 ? 'UTC' : `Etc/GMT${hours < 0 ? '+' : '-'}${Math.abs(hours)}`];
}
