import { instantOf, wallOf } from '@rondo/time/wall-clock';
import { offsetMs } from '@rondo/time/zone';

/** A property of jCal (RFC 7265 section 3.4): name, parameters, type of the value, value. */
export type JcalProperty = [
  name: string,
  parameters: Record<string, string>,
  type: string,
  ...values: unknown[],
];

/** A component of jCal (RFC 7265 section 3.3). */
export type JcalComponent = [name: string, properties: JcalProperty[], components: JcalComponent[]];

const secondMs = 1_000;
const minuteMs = 60_000;

/** Years, inclusive. */
export type Years = { first: number; last: number };

/** Where a date is written: in a zone, or as what the clock there shows (form 1), for readers in any zone. */
export type Place = { zone: string | null; isFloating?: boolean | undefined; years: Years };

/**
 * A task's date as a property: a date stays a date; an instant is written as local time of its zone, or in UTC without a
 * zone and outside of the years that the zone is described for. If a local time occurs twice, RFC 5545 section 3.3.5 means
 * the first one, so the second is written in UTC.
 */
export function timeProperty(
  name: string,
  date: string,
  { zone, isFloating = false, years }: Place,
): JcalProperty {
  if (date.length === 10) return [name, {}, 'date', date];
  const instant = new Date(date).getTime();
  if (isFloating) return [name, {}, 'date-time', secondsOf(wallOf(instant, zone))];
  if (zone === null || zone === 'UTC') return utcProperty(name, date);
  // Readers ignore the seconds that an offset can have before 1973.
  const hasSeconds = offsetMs(instant, zone) % minuteMs !== 0;
  if (hasSeconds || isSecondOccurrence(instant, zone)) return utcProperty(name, date);
  const local = secondsOf(wallOf(instant, zone));
  const year = Number(local.slice(0, 4));
  if (year < years.first || year > years.last) return utcProperty(name, date);
  return [name, { tzid: zone }, 'date-time', local];
}

/** Dates in one property for each form that `timeProperty` gives them. */
export function timesProperties(name: string, dates: string[], at: Place): JcalProperty[] {
  const found = new Map<string, JcalProperty>();
  for (const date of dates) {
    const property = timeProperty(name, date, at);
    const [, parameters, type, value] = property;
    const form = JSON.stringify([parameters, type, String(value).endsWith('Z')]);
    const known = found.get(form);
    if (known) known.push(value);
    else found.set(form, property);
  }
  return [...found.values()];
}

/** An instant as a property in UTC (RFC 5545 section 3.3.5, form 2), to the second. */
export function utcProperty(name: string, date: string): JcalProperty {
  return [name, {}, 'date-time', `${secondsOf(new Date(date).getTime())}Z`];
}

/** Formats milliseconds as `YYYY-MM-DDTHH:MM:SS`, without a zone. */
export function secondsOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

function isSecondOccurrence(instant: number, zone: string): boolean {
  const second = Math.floor(instant / secondMs) * secondMs;
  return instantOf(wallOf(second, zone), zone) !== second;
}
