import { civilOf, dayOf, isoWeekday, isUsable } from '@rondo/time/calendar';
import { weekdayFrom, type NamedDay } from './dates.ts';
import { readDateOfMonth, readPlainDay } from './days.ts';
import { moved, readCalendarSpan, type CalendarSpan } from '../times/durations.ts';
import { skip, wordAt, weekdays, type Parsed, type Words } from '../../words.ts';

/** Reads a day: "tomorrow", "fri", "1 Mar 2027", "3 days before 1 october", "a week after tomorrow", "2 weeks later". */
export function readDay(words: Words, at: number): Parsed<NamedDay> {
  const plain = readPlainDay(words, at);
  // "friday before christmas" begins with a day, too.
  if (plain !== undefined && !/^(?:before|after)$/.test(wordAt(words, plain.next))) return plain;
  return readAnchored(words, at) ?? plain;
}

function readAnchored(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, at, 'the');
  const isDay = wordAt(words, start) === 'day';
  const span = isDay ? oneDay(start + 1) : readCalendarSpan(words, at);
  const found =
    span === undefined
      ? (readAfterNext(words, start) ?? readWeekdayBeside(words, start))
      : (readLater(words, span) ?? readFrom(words, span, isDay));
  return found !== undefined && isUsable(found.value.day) ? found : undefined;
}

function oneDay(next: number): NonNullable<Parsed<CalendarSpan>> {
  return { value: { count: 1, unit: 'day' }, next };
}

/** "2 weeks later". */
function readLater(words: Words, { value, next }: NonNullable<Parsed<CalendarSpan>>): Parsed<NamedDay> {
  if (!/^(?:later|hence)$/.test(wordAt(words, next))) return undefined;
  return { value: { day: moved(words.today, value, 1) }, next: next + 1 };
}

/** "before 1 october", "after tomorrow", "from now". */
function readFrom(words: Words, span: NonNullable<Parsed<CalendarSpan>>, isDay: boolean): Parsed<NamedDay> {
  const way = wordAt(words, span.next);
  const isBefore = /^(?:before|prior)$/.test(way);
  // "a week on friday"
  const onWeekday =
    way === 'on' && span.value.unit === 'week' ? readPlainDay(words, span.next + 1) : undefined;
  if (onWeekday?.value.isWeekday)
    return { value: { day: moved(onWeekday.value.day, span.value, 1) }, next: onWeekday.next };
  if (!isDay) {
    const beside = readBesideSpan(words, span);
    if (beside !== undefined) return beside;
  }
  if (!isBefore && !/^(?:after|following|from)$/.test(way)) return undefined;
  if (isDay && way === 'from') return undefined;
  const baseAt = way === 'prior' ? skip(words, span.next + 1, 'to') : span.next + 1;
  const base =
    way === 'from' && wordAt(words, baseAt) === 'now'
      ? { value: { day: words.today }, next: baseAt + 1 }
      : (readPlainDay(words, baseAt) ?? readDateOfMonth(words, baseAt));
  if (base === undefined || 'instant' in base.value) return undefined;
  const { day, from, isMovable = false } = base.value;
  const shifted = moved(day, span.value, isBefore ? -1 : 1);
  // "3 days before 1 october" on 30 September is in the next year.
  const later = isBefore && shifted < words.today ? from?.(day + 1) : undefined;
  const found = later === undefined ? shifted : moved(later, span.value, -1);
  return { value: { day: found, isMovable }, next: base.next };
}

/** "a week today", "a month tomorrow", "a week friday". "for 2 weeks tomorrow" is a length. */
function readBesideSpan(words: Words, { value, next }: NonNullable<Parsed<CalendarSpan>>): Parsed<NamedDay> {
  if (value.unit === 'day') return undefined;
  const base = readPlainDay(words, next);
  if (base === undefined || base.value.isTonight) return undefined;
  const isDay =
    (value.unit === 'week' && base.value.isWeekday) ||
    base.value.isToday ||
    base.value.day === words.today + 1;
  return isDay ? { value: { day: moved(base.value.day, value, 1) }, next: base.next } : undefined;
}

/** "the friday before christmas", "first monday after 1 october". */
function readWeekdayBeside(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, at, /^(?:first|last)$/);
  const weekday = weekdays.get(wordAt(words, start));
  const way = wordAt(words, start + 1);
  if (weekday === undefined || (way !== 'before' && way !== 'after')) return undefined;
  const base = readPlainDay(words, start + 2) ?? readDateOfMonth(words, start + 2);
  if (base === undefined) return undefined;
  const { day } = base.value;
  const found = way === 'after' ? weekdayFrom(weekday, day + 1) : weekdayFrom(weekday, day - 7);
  return { value: { day: found, isMovable: true }, next: base.next };
}

/** "the week after next", "the month after next". */
function readAfterNext(words: Words, at: number): Parsed<NamedDay> {
  if (wordAt(words, at + 1) !== 'after' || wordAt(words, at + 2) !== 'next') return undefined;
  const unit = wordAt(words, at);
  const { today } = words;
  const monday = today - isoWeekday(today) + 1;
  if (unit === 'week') return { value: { day: monday + 14 }, next: at + 3 };
  const weekday = weekdays.get(unit);
  if (weekday !== undefined) return { value: { day: monday + 13 + weekday }, next: at + 3 };
  if (unit === 'weekend') return { value: { day: monday + 19 }, next: at + 3 };
  if (unit !== 'month') return undefined;
  const { year, month } = civilOf(today);
  return { value: { day: dayOf(year, month + 2, 1) }, next: at + 3 };
}
