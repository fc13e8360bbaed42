import { RuleError } from './rule-error.ts';

/** The frequencies, from the shortest to the longest. */
export const frequencies = [
  'SECONDLY',
  'MINUTELY',
  'HOURLY',
  'DAILY',
  'WEEKLY',
  'MONTHLY',
  'YEARLY',
] as const;
export type Frequency = (typeof frequencies)[number];

/** Weekdays in the order of ISO 8601: the first is 1, Monday. */
export const weekdayCodes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The last moment of a series, inclusive, in the form it was given: a day, a wall-clock time or an instant. */
export type Until = { form: 'date' | 'wall' | 'utc'; text: string };

/** One entry of BYDAY. `nth` counts within the month or year, from the end when negative; null is every such day. */
export type RuleDay = { weekday: Weekday; nth: number | null };

/** A recurrence rule (RFC 5545 section 3.3.10). An empty list is a part that is not there; lists are sorted. */
export type Rule = {
  frequency: Frequency;
  interval: number;
  count: number | null;
  until: Until | null;
  by_month: number[];
  by_week_number: number[];
  by_year_day: number[];
  by_month_day: number[];
  by_day: RuleDay[];
  by_hour: number[];
  by_minute: number[];
  by_second: number[];
  by_set_position: number[];
  /** The weekday that weeks begin with (WKST), 1 is Monday. */
  week_start: Weekday;
};

/** A part's value, where the part begins and where its value begins in the text. */
type Part = { value: string; position: number; value_position: number };
export type Parts = Map<string, Part>;

const names = new Set([
  'FREQ',
  'UNTIL',
  'COUNT',
  'INTERVAL',
  'BYSECOND',
  'BYMINUTE',
  'BYHOUR',
  'BYDAY',
  'BYMONTHDAY',
  'BYYEARDAY',
  'BYWEEKNO',
  'BYMONTH',
  'BYSETPOS',
  'WKST',
]);

/**
 * Takes a rule's text apart.
 * @throws RuleError for a part that is unknown, twice there or without a value
 */
export function readParts(text: string): Parts {
  const parts: Parts = new Map();
  let position = 0;
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).toUpperCase();
    if (equals < 1)
      throw new RuleError(part === '' ? 'a part is missing' : `"${part}" has no value`, position);
    if (!names.has(name)) throw new RuleError(`"${name}" is not a part of a rule`, position);
    if (parts.has(name)) throw new RuleError(`${name} is there twice`, position);
    const value = part.slice(equals + 1).toUpperCase();
    const valuePosition = position + equals + 1;
    if (value === '') throw new RuleError(`${name} has no value`, valuePosition);
    parts.set(name, { value, position, value_position: valuePosition });
    position += part.length + 1;
  }
  return parts;
}

export function readFrequency(parts: Parts): Frequency {
  const part = parts.get('FREQ');
  if (!part) throw new RuleError('FREQ is missing', 0);
  const found = frequencies.find((frequency) => frequency === part.value);
  if (!found) throw new RuleError(`"${part.value}" is not a frequency`, part.value_position);
  return found;
}

/** A whole number from 1 to 999,999,999, or null where the part is not there. */
export function readPositive(parts: Parts, name: string): number | null {
  const part = parts.get(name);
  if (!part) return null;
  if (!/^0*[1-9][0-9]{0,8}$/.test(part.value))
    throw new RuleError(`${name} is a whole number from 1 to 999999999`, part.value_position);
  return Number(part.value);
}

/** A sorted list without repetition. Where `least` is negative, values count from the end and 0 is none. */
export function readList(parts: Parts, name: string, least: number, most: number): number[] {
  const form = least < 0 ? /^[+-]?[0-9]{1,3}$/ : /^[0-9]{1,2}$/;
  const values = itemsOf(parts, name).map(({ item, position }) => {
    const value = Number(item);
    if (!form.test(item) || value < least || value > most || (least < 0 && value === 0)) {
      const range = least < 0 ? `1 to ${most} or -1 to ${least}` : `${least} to ${most}`;
      throw new RuleError(`"${item}" is no value of ${name}, which goes from ${range}`, position);
    }
    return value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The entries of BYDAY, without repetition, sorted by weekday; those that count from the end come after the others. */
export function readWeekdays(parts: Parts): { weekday: Weekday; nth: number | null }[] {
  const days = new Map<number, { weekday: Weekday; nth: number | null }>();
  for (const { item, position } of itemsOf(parts, 'BYDAY')) {
    const [, ordinal = '', code = ''] = /^([+-]?[0-9]{1,2})?([A-Z]{2})$/.exec(item) ?? [];
    const weekday = weekdayOf(code);
    const nth = ordinal === '' ? null : Number(ordinal);
    if (weekday === undefined) throw new RuleError(`"${item}" is not a weekday`, position);
    if (nth !== null && (nth === 0 || Math.abs(nth) > 53))
      throw new RuleError(`"${item}" counts from 1 to 53 or -1 to -53`, position);
    days.set(weekday * 1_000 + (nth !== null && nth < 0 ? 200 + nth : (nth ?? 0)), { weekday, nth });
  }
  return [...days].sort(([a], [b]) => a - b).map(([, day]) => day);
}

export function readWeekday(parts: Parts, name: string): Weekday | null {
  const part = parts.get(name);
  if (!part) return null;
  const weekday = weekdayOf(part.value);
  if (weekday === undefined) throw new RuleError(`"${part.value}" is not a weekday`, part.value_position);
  return weekday;
}

/** UNTIL as a date, a wall-clock time or a UTC instant (RFC 5545 sections 3.3.4 and 3.3.5). */
export function readUntil(parts: Parts): Until | null {
  const part = parts.get('UNTIL');
  if (!part) return null;
  const [, year, month, day, time, hour = '00', minute = '00', second = '00', zulu] =
    /^(\d{4})(\d\d)(\d\d)(T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(part.value) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}.000Z`;
  const instant = new Date(iso);
  // Date rolls 30 February over to March: only what comes back as it went in is a date.
  if (Number.isNaN(instant.getTime()) || instant.toISOString() !== iso || Number(year) < 1_000)
    throw new RuleError(`"${part.value}" is not a date or date-time`, part.value_position);
  return { form: time === undefined ? 'date' : zulu ? 'utc' : 'wall', text: part.value };
}

/** UNTIL in the form of ISO 8601: a plain date, a plain date-time, or one that ends with Z. */
export function untilInIso({ form, text }: Until): string {
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  if (form === 'date') return date;
  // Second 60 is read as 59 (RFC 5545 section 3.3.12).
  const second = text.slice(13, 15) === '60' ? '59' : text.slice(13, 15);
  return `${date}T${text.slice(9, 11)}:${text.slice(11, 13)}:${second}${form === 'utc' ? 'Z' : ''}`;
}

function weekdayOf(code: string): Weekday | undefined {
  const index = weekdayCodes.findIndex((known) => known === code);
  return index < 0 ? undefined : ((index + 1) as Weekday);
}

function itemsOf(parts: Parts, name: string): { item: string; position: number }[] {
  const part = parts.get(name);
  if (!part) return [];
  let position = part.value_position;
  return part.value.split(',').map((item) => {
    const found = { item, position };
    position += item.length + 1;
    return found;
  });
}
