import { isoDate, type Day } from '@rondo/time/calendar';
import { wallText } from '@rondo/time/iso-8601';

/** UNTIL: the last moment of a rule, inclusive. `text` is its value: a day, a wall-clock time or an instant in UTC. */
export type Until = { form: 'date' | 'wall' | 'utc'; text: string };

/** UNTIL as a date, for a series of dates. */
export function untilDay(day: Day): Until {
  return { form: 'date', text: isoDate(day).replaceAll('-', '') };
}

/** UNTIL as an instant (milliseconds since 1970) to the second, for a series of times. */
export function untilInstant(instant: number): Until {
  return { form: 'utc', text: `${wallText(instant).replaceAll(/[-:]/g, '')}Z` };
}

/** UNTIL in the format of ISO 8601: a plain date, a plain date-time, or a date-time that ends with Z. */
export function untilInIso({ form, text }: Until): string {
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  if (form === 'date') return date;
  // Second 60 is read as 59 (RFC 5545 section 3.3.12).
  const second = text.slice(13, 15) === '60' ? '59' : text.slice(13, 15);
  return `${date}T${text.slice(9, 11)}:${text.slice(11, 13)}:${second}${form === 'utc' ? 'Z' : ''}`;
}
