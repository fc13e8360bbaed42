import { skipAbout } from './about.ts';
import { readCalendarSpan, readDuration } from './durations.ts';
import { skip, wordAt, type Parsed, type Words } from '../../words.ts';

const minuteMs = 60_000;

/**
 * Reads "in 2 hours", "in about 5 hours", "within 1h30", "in 1 day 2 hours", "2 hours from now", "3 hours later", "+3h".
 * Whole days are left to `readDay`.
 * @returns an instant in milliseconds, rounded to the minute
 */
export function readHoursAhead(words: Words, at: number): Parsed<number> {
  const first = wordAt(words, at);
  const hasIn = first === 'in' || first === 'within';
  const start = hasIn ? skip(words, skip(words, skipAbout(words, at + 1), 'the'), 'next') : at;
  if (first.startsWith('+')) return readPlusHours(words, at);
  const duration = readDuration(words, start);
  // Days and weeks only are a day.
  if (duration === undefined || areDaysOnly(words, start, duration.next)) return undefined;
  const after = wordAt(words, duration.next);
  const isFromNow = after === 'from' && wordAt(words, duration.next + 1) === 'now';
  const isLater = isFromNow || after === 'later' || after === 'hence';
  if (!hasIn && !isLater) return undefined;
  const next = isFromNow ? duration.next + 2 : isLater ? duration.next + 1 : duration.next;
  return { value: minutesAhead(words, duration.value), next: hasIn ? skip(words, next, 'time') : next };
}

/** "+3h", "+90min", "+2 hours". */
function readPlusHours(words: Words, at: number): Parsed<number> {
  const [, digits = '', attached] = /^\+(\d{1,4})([a-z]+)?$/.exec(wordAt(words, at)) ?? [];
  const unit = attached ?? wordAt(words, at + 1);
  const size = /^(?:h|hrs?|hours?)$/.test(unit) ? 60 : /^(?:min|mins|minutes?)$/.test(unit) ? 1 : 0;
  if (digits === '' || size === 0) return undefined;
  return {
    value: minutesAhead(words, Number(digits) * size),
    next: attached === undefined ? at + 2 : at + 1,
  };
}

function areDaysOnly(words: Words, at: number, end: number): boolean {
  const first = readCalendarSpan(words, at);
  if (first === undefined || first.next >= end) return first !== undefined;
  const second = readCalendarSpan(words, skip(words, first.next, 'and'));
  return second !== undefined && second.next >= end;
}

/** The instant some minutes from now, rounded to the minute. */
export function minutesAhead({ now }: Words, minutes: number): number {
  return Math.round((now + minutes * minuteMs) / minuteMs) * minuteMs;
}
