import { minuteOfWall, wallOf } from '@rondo/time/wall-clock';
import { firstOffsetChange } from '@rondo/time/zone';

/** From `from` until just before `to`, every day by the clock of an IANA zone; over midnight where `to` is earlier. */
export type QuietHours = {
  zone: string;
  /** `HH:MM`; no quiet hours at all where both are the same. */
  from: string;
  to: string;
};

const minuteMs = 60_000;
const dayMinutes = 1_440;

/**
 * The first moment from `instant` on at which the person may be disturbed: the instant itself outside quiet hours. Quiet
 * is what the clock on the wall says: an hour that comes twice is quiet twice, and where the clock leaps over the end,
 * they end with the leap.
 * @throws RangeError where the runtime knows no such zone
 */
export function deliverableAt(instant: Date, quiet: QuietHours | null): Date {
  if (!quiet) return instant;
  let at = instant.getTime();
  for (;;) {
    const left = quietMinutesLeft(at, quiet);
    if (left === 0) return new Date(at);
    const begin = Math.floor(at / minuteMs) * minuteMs;
    const end = begin + left * minuteMs;
    at = firstOffsetChange(begin, end, quiet.zone) ?? end;
  }
}

/** How many minutes the clock has to go on until quiet hours end, with the begun one; 0 outside of them. */
function quietMinutesLeft(at: number, { zone, from, to }: QuietHours): number {
  const since = (minute: number) => (minute - minuteOf(from) + dayMinutes) % dayMinutes;
  const [passed, length] = [since(minuteOfWall(wallOf(at, zone))), since(minuteOf(to))];
  return passed < length ? length - passed : 0;
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}
