import { dayOfWall, instantOf, wallAt, wallOf } from '@rondo/time/wall-clock';
import { instantOfText, isPlain, rfc3339, wallOfText } from '@rondo/time/iso-8601';
import { isoDate } from '@rondo/time/calendar';
import { zoneOf, type Zone } from '@rondo/time/zone';

/**
 * How a series reads and writes time. A moment is milliseconds since 1970, in whole seconds: in a timed series an
 * instant, in an all-day series the midnight of a day in UTC, wherever the person is.
 */
export type SeriesClock = {
  isAllDay: boolean;
  /** The zone that makes moments of wall times: UTC for an all-day series, whose days have no zone. */
  zone: Zone;
  /** The first and the last moment that a text means: in a timed series a date means many. */
  spanOf: (text: string) => { first: number; last: number };
  textOf: (moment: number) => string;
};

/**
 * The clock of the series that starts at `anchor`.
 * @param timeZone an IANA zone; null is UTC
 * @throws RangeError if the zone is unknown
 */
export function seriesClockOf(anchor: string, timeZone: string | null): SeriesClock {
  const zone = zoneOf(timeZone);
  return anchor.length === 10 ? allDayClock(zone) : timedClock(zone, timeZone);
}

/** @param zone decides on which day an instant is */
function allDayClock(zone: Zone): SeriesClock {
  return {
    isAllDay: true,
    zone: zoneOf(null),
    spanOf: (text) => {
      const wall = isPlain(text) ? wallOfText(text) : wallOf(instantOfText(text), zone);
      const midnight = wallAt(dayOfWall(wall));
      return { first: midnight, last: midnight };
    },
    textOf: (moment) => isoDate(dayOfWall(moment)),
  };
}

function timedClock(zone: Zone, timeZone: string | null): SeriesClock {
  return {
    isAllDay: false,
    zone,
    spanOf: (text) => {
      if (text.length === 10) {
        const midnight = wallOfText(text);
        return { first: instantOf(midnight, zone), last: instantOf(midnight + wallAt(1), zone) - 1_000 };
      }
      const moment = isPlain(text) ? instantOf(wallOfText(text), zone) : instantOfText(text);
      return { first: moment, last: moment };
    },
    textOf: (moment) => rfc3339(moment, timeZone === null ? null : zone),
  };
}
