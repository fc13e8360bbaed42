import { minuteOfWall, wallOf } from '@rondo/time/wall-clock';
import { firstOffsetChange, isTimeZone } from '@rondo/time/zone';

/** From `from` until just before `to`, every day in the local time of an IANA zone; over midnight if `to` is earlier. */
export type QuietHours = {
  zone: string;
  /** `HH:MM`. There are no quiet hours if `from` and `to` are equal. */
  from: string;
  to: string;
};

/** The columns of a person's settings that hold their quiet hours; all null if there are no settings. */
export type QuietColumns = { time_zone: string | null; quiet_from: string | null; quiet_to: string | null };

const minuteMs = 60_000;
const dayMinutes = 1_440;

/** A person's quiet hours; null if there are none, or if this runtime does not know their zone. */
export function quietHoursOf({
  time_zone: zone,
  quiet_from: from,
  quiet_to: to,
}: QuietColumns): QuietHours | null {
  if (zone === null || from === null || to === null || !isTimeZone(zone)) return null;
  return { zone, from, to };
}

/**
 * The first moment, from `instant` on, outside quiet hours. Local time decides: an hour that occurs twice is quiet twice, and
 * if the clock skips the end of the quiet hours, they end with the skip.
 * @throws RangeError if this runtime does not know the zone
 */
export function deliverableAt(instant: Date, quiet: QuietHours | null): Date {
  if (!quiet) return instant;
  let at = instant.getTime();
  for (;;) {
    const left = quietMinutesLeft(at, quiet);
    if (left === 0) return new Date(at);
    const start = Math.floor(at / minuteMs) * minuteMs;
    const end = start + left * minuteMs;
    at = firstOffsetChange(start, end, quiet.zone) ?? end;
  }
}

/** How many minutes of local time remain until quiet hours end, with the current one; 0 outside them. */
function quietMinutesLeft(at: number, { zone, from, to }: QuietHours): number {
  const since = (minute: number) => (minute - minuteOf(from) + dayMinutes) % dayMinutes;
  const [passed, length] = [since(minuteOfWall(wallOf(at, zone))), since(minuteOf(to))];
  return passed < length ? length - passed : 0;
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}
