import type { Weekday } from '@rondo/time/calendar';
import { RuleError } from './rule-error.ts';
import { frequencies, weekdayCodes, type Frequency, type RuleDay } from './rule.ts';
import type { Until } from './until.ts';

/** A part of the text: its value, and where the part and its value start. */
type Part = { value: string; position: number; valuePosition: number };
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
 * Splits the text of a rule into its parts.
 * @throws RuleError if a part is unknown, repeated or has no value
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
    if (parts.has(name)) throw new RuleError(`${name} is repeated`, position);
    const value = part.slice(equals + 1).toUpperCase();
    const valuePosition = position + equals + 1;
    if (value === '') throw new RuleError(`${name} has no value`, valuePosition);
    parts.set(name, { value, position, valuePosition });
    position += part.length + 1;
  }
  return parts;
}

export function readFrequency(parts: Parts): Frequency {
  const part = parts.get('FREQ');
  if (!part) throw new RuleError('FREQ is missing', 0);
  const found = frequencies.find((frequency) => frequency === part.value);
  if (!found) throw new RuleError(`"${part.value}" is not a frequency`, part.valuePosition);
  return found;
}

/** A whole number from 1 to 999,999,999; null if the part is absent. */
export function readPositive(parts: Parts, name: string): number | null {
  const part = parts.get(name);
  if (!part) return null;
  if (!/^0*[1-9][0-9]{0,8}$/.test(part.value))
    throw new RuleError(`${name} must be a whole number from 1 to 999999999`, part.valuePosition);
  return Number(part.value);
}

/** A sorted list without duplicates. If `min` is negative, values can count from the end and 0 is invalid. */
export function readList(parts: Parts, name: string, min: number, max: number): number[] {
  const form = min < 0 ? /^[+-]?[0-9]{1,3}$/ : /^[0-9]{1,2}$/;
  const values = itemsOf(parts, name).map(({ item, position }) => {
    const value = Number(item);
    if (!form.test(item) || value < min || value > max || (min < 0 && value === 0)) {
      const range = min < 0 ? `1 to ${max} or -1 to ${min}` : `${min} to ${max}`;
      throw new RuleError(`"${item}" is not a value of ${name}: use ${range}`, position);
    }
    return value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The entries of BYDAY without duplicates, sorted by weekday and number; those that count from the end come last. */
export function readWeekdays(parts: Parts): RuleDay[] {
  const days = new Map<number, RuleDay>();
  for (const { item, position } of itemsOf(parts, 'BYDAY')) {
    const [, ordinal = '', code = ''] = /^([+-]?[0-9]{1,2})?([A-Z]{2})$/.exec(item) ?? [];
    const weekday = weekdayOf(code);
    const nth = ordinal === '' ? null : Number(ordinal);
    if (weekday === undefined) throw new RuleError(`"${item}" is not a weekday`, position);
    if (nth !== null && (nth === 0 || Math.abs(nth) > 53))
      throw new RuleError(`"${item}" must count from 1 to 53 or from -1 to -53`, position);
    days.set(weekday * 1_000 + (nth !== null && nth < 0 ? 200 + nth : (nth ?? 0)), { weekday, nth });
  }
  return [...days].sort(([a], [b]) => a - b).map(([, day]) => day);
}

export function readWeekday(parts: Parts, name: string): Weekday | null {
  const part = parts.get(name);
  if (!part) return null;
  const weekday = weekdayOf(part.value);
  if (weekday === undefined) throw new RuleError(`"${part.value}" is not a weekday`, part.valuePosition);
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
  // `Date` reads 30 February as 2 March: a real date has the same text again.
  if (Number.isNaN(instant.getTime()) || instant.toISOString() !== iso || Number(year) < 1_000)
    throw new RuleError(`"${part.value}" is not a date or date-time`, part.valuePosition);
  return { form: time === undefined ? 'date' : zulu ? 'utc' : 'wall', text: part.value };
}

function weekdayOf(code: string): Weekday | undefined {
  const index = weekdayCodes.findIndex((known) => known === code);
  return index < 0 ? undefined : ((index + 1) as Weekday);
}

function itemsOf(parts: Parts, name: string): { item: string; position: number }[] {
  const part = parts.get(name);
  if (!part) return [];
  let position = part.valuePosition;
  return part.value.split(',').map((item) => {
    const found = { item, position };
    position += item.length + 1;
    return found;
  });
}
