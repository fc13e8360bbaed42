import type { NamedDay } from './dates.ts';
import { moved, readCalendarSpan } from './durations.ts';
import { skip, wordAt, type Parsed, type Words } from '../words.ts';

/** "2 days", "about a week", "the next 14 days", "2 weeks' time" after "in" or "within". */
export function readAhead(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(
    words,
    skip(words, skip(words, at, /^(?:about|around|roughly)$/), /^the$/),
    /^(?:next|coming)$/,
  );
  const span = readCalendarSpan(words, start);
  if (span === undefined) return undefined;
  const day = moved(words.today, span.value, 1);
  // "1 month and 2 weeks", "2 weeks 1 day"
  const more = readCalendarSpan(words, skip(words, span.next, /^and$/));
  if (more !== undefined) return { value: { day: moved(day, more.value, 1) }, next: more.next };
  return { value: { day }, next: skip(words, span.next, /^time$/) };
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
