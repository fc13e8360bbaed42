import type { NamedDay } from './dates.ts';
import { isoWeekday } from '@rondo/time/calendar';
import { skipAbout } from '../times/about.ts';
import { moved, readCalendarSpan } from '../times/durations.ts';
import { skip, wordAt, weekdays, type Parsed, type Words } from '../../words.ts';

/** "2 days", "about a week", "the next 14 days", "2 weeks' time" after "in" or "within". */
export function readAhead(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, skip(words, skipAbout(words, at), 'the'), /^(?:next|coming)$/);
  const span = readCalendarSpan(words, start);
  if (span === undefined) return undefined;
  const day = moved(words.today, span.value, 1);
  // "1 month and 2 weeks", "2 weeks 1 day"
  const more = readCalendarSpan(words, skip(words, span.next, 'and'));
  if (more !== undefined) return { value: { day: moved(day, more.value, 1) }, next: more.next };
  const next = skip(words, span.next, 'time');
  // "in two weeks on friday"
  const weekday = wordAt(words, next) === 'on' ? weekdays.get(wordAt(words, next + 1)) : undefined;
  if (weekday !== undefined && span.value.unit === 'week')
    return { value: { day: day - isoWeekday(day) + weekday }, next: next + 2 };
  return { value: { day }, next };
}

/** "+5 days", "+ 5 days", "+5d". */
export function readPlus(words: Words, at: number): Parsed<NamedDay> {
  const word = wordAt(words, at);
  if (!word.startsWith('+')) return undefined;
  if (word === '+') {
    const span = readCalendarSpan(words, at + 1);
    return span && { value: { day: moved(words.today, span.value, 1) }, next: span.next };
  }
  const tokens = words.tokens.slice(at, at + 3);
  const [first] = tokens;
  if (first === undefined) return undefined;
  const span = readCalendarSpan(
    { ...words, tokens: [{ ...first, word: word.slice(1) }, ...tokens.slice(1)] },
    0,
  );
  return span && { value: { day: moved(words.today, span.value, 1) }, next: at + span.next };
}
