import { Temporal } from 'temporal-polyfill';
import { modulo, secondsOfDay } from './recurrence-calendar.ts';
import { instantOf, zoneOf, type Zone } from './recurrence-zone.ts';

/**
 * How a series reads and writes time. A moment is a whole number of seconds: of a timed series the instant, since
 * 1970; of an all-day one the midnight of its day on a UTC clock, wherever the person is.
 */
export type Clock = {
  is_all_day: boolean;
  /** The zone that makes moments of wall times: UTC for an all-day series, whose days have no zone. */
  zone: Zone;
  /** The first and the last moment that a text stands for: a day has many in a timed series. */
  spanOf: (text: string) => { first: number; last: number };
  textOf: (moment: number) => string;
};

/** The years from 1000 on, as everywhere in the contracts. */
const plainForm = /^[1-9]\d{3}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d([.]\d+)?)?)?$/;

/**
 * The seconds of a plain date or date-time on a clock without a zone. Fractions of a second are cut: rules have none.
 * @throws RangeError for another text
 */
export function wallOf(text: string): number {
  if (!plainForm.test(text)) throw new RangeError(`"${text}" is not a plain date or date-time`);
  const wall = Temporal.PlainDateTime.from(text).toZonedDateTime('UTC').epochMilliseconds;
  return Math.floor(wall / 1_000);
}

/** The plain date-time that a clock in the zone (UTC for null) shows at an instant, to the second. */
export function wallTextOf(instant: Date, timeZone: string | null): string {
  const second = Math.floor(instant.getTime() / 1_000);
  return isoOf(second + zoneOf(timeZone).offsetAt(second));
}

/**
 * @param timeZone an IANA zone; for null, a timed series is read in UTC
 * @throws RangeError for a name that is not a zone
 */
export function clockOf(anchor: string, timeZone: string | null): Clock {
  const place = zoneOf(timeZone);
  return anchor.length === 10 ? allDayClock(place) : timedClock(place, timeZone === null);
}

function allDayClock(place: Zone): Clock {
  return {
    is_all_day: true,
    zone: zoneOf(null),
    spanOf: (text) => {
      const wall = plainForm.test(text) ? wallOf(text) : localOf(secondOf(text), place);
      const midnight = wall - modulo(wall, secondsOfDay);
      return { first: midnight, last: midnight };
    },
    textOf: dateTextOf,
  };
}

function timedClock(zone: Zone, isUtc: boolean): Clock {
  return {
    is_all_day: false,
    zone,
    spanOf: (text) => {
      if (text.length === 10) {
        const midnight = wallOf(text);
        return { first: instantOf(midnight, zone), last: instantOf(midnight + secondsOfDay, zone) - 1 };
      }
      const moment = plainForm.test(text) ? instantOf(wallOf(text), zone) : secondOf(text);
      return { first: moment, last: moment };
    },
    textOf: (moment) => {
      const offset = zone.offsetAt(moment);
      // Before clocks kept whole minutes there is an offset that RFC 3339 can not write: then UTC.
      if (isUtc || offset % 60 !== 0) return `${isoOf(moment)}Z`;
      return `${isoOf(moment + offset)}${offsetTextOf(offset)}`;
    },
  };
}

/** @throws RangeError for a text that is not an instant (RFC 3339) */
function secondOf(text: string): number {
  return Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1_000);
}

function localOf(second: number, zone: Zone): number {
  return second + zone.offsetAt(second);
}

/** Every number of two digits as text: a third of a preview's time went into `toISOString`. */
const twoDigits = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

function dateTextOf(second: number): string {
  const date = new Date(second * 1_000);
  return `${date.getUTCFullYear()}-${twoDigits[date.getUTCMonth() + 1]}-${twoDigits[date.getUTCDate()]}`;
}

function isoOf(second: number): string {
  const time = modulo(second, secondsOfDay);
  const [hour, minute] = [Math.floor(time / 3_600), Math.floor(time / 60) % 60];
  return `${dateTextOf(second)}T${twoDigits[hour]}:${twoDigits[minute]}:${twoDigits[time % 60]}`;
}

function offsetTextOf(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  return `${offset < 0 ? '-' : '+'}${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}`;
}
