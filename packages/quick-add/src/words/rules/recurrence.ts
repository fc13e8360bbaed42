import { dayPartOf, dayParts, readClock, type DayPart } from '../times/clock.ts';
import { readPart } from '../times/parts-of-day.ts';
import { readClockRange } from '../times/clock-range.ts';
import { readCalendarSpan } from '../times/durations.ts';
import { adverbRule, isAdverb } from './adverbs.ts';
import { readMonthDates, yearlyRuleOf } from '../days/date-lists.ts';
import { readDaysRange } from '../days/days-range.ts';
import { readException } from './exceptions.ts';
import { beginsHoliday, readHoliday } from '../days/holidays.ts';
import { readNthOfEvery, readNthThenEvery } from './nth-days.ts';
import { readPartOfUnit, readUnit, readUnitWord, unitRule } from './units.ts';
import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { readWeekdays, workdays } from './weekdays.ts';
import { isCountedBefore, readNextDays } from '../days/counted-days.ts';
import { readDays, readIntervalOfDays, weekly } from './days-after-every.ts';
import { withDetail } from './detail.ts';
import {
  endsNumber,
  months,
  ordinalOf,
  readCount,
  pluralWeekdays,
  readList,
  remembered,
  skip,
  wordAt,
  wordsAre,
  weekdays,
  type Parsed,
  type Words,
} from '../../words.ts';

/**
 * A recurrence as the words give it. `part`: the part of the day in "every morning". `times`: minutes of the day, for
 * "every morning and evening".
 */
export type NamedRule = {
  rule: Rule;
  fromCompletion: boolean;
  part?: DayPart;
  times?: number[];
  /** The number of occurrences of "the next 3 mondays". */
  count?: number;
};

/** A fast check before the others. */
const canBegin = remembered((word) => {
  if (isAdverb(word) || weekdays.has(word) || pluralWeekdays.has(word) || months.has(word)) return true;
  if (ordinalOf(word) !== undefined || beginsHoliday(word) || /[-/+]/.test(word)) return true;
  return /^(?:all|every!?|each!?|ev!?|coming|following|for|once|over|weeknights|after|on|at|by|in|the|alternate|end|start|beginning|middle|mid|month|day|penultimate|next|week|weekdays?|weekends?|work|working|business|workdays?)$/.test(
    word,
  );
});

/** Reads "daily", "every other tue", "every 3rd friday", "every! 3 days", "last day of every month", "on mondays". */
export function readRule(words: Words, at: number): Parsed<NamedRule> {
  if (!canBegin(wordAt(words, at))) return undefined;
  const read =
    readAdverb(words, at) ?? readEvery(words, at) ?? readAfterUnits(words, at) ?? readWithoutEvery(words, at);
  if (read === undefined) return undefined;
  const completed = readCompletion(words, read.next);
  if (completed !== undefined) return { value: { ...read.value, fromCompletion: true }, next: completed };
  return { value: read.value, next: afterThereafter(words, read.next) };
}

/** "every friday thereafter", "every week after that". */
function afterThereafter(words: Words, at: number): number {
  if (/^(?:thereafter|afterwards)$/.test(wordAt(words, at))) return at + 1;
  if (wordsAre(words, at, 'after', 'that')) return at + 2;
  return wordAt(words, at) === 'after' && words.tokens[at + 1] === undefined ? at + 1 : at;
}

/** "daily", "weekly on monday", "once daily". Before a noun it is an adjective: "yearly subscription". */
function readAdverb(words: Words, at: number): Parsed<NamedRule> {
  const start = skip(words, at, 'once');
  const word = wordAt(words, start);
  const rule = adverbRule(word);
  if (rule === undefined) return undefined;
  const read = withDetail(words, rule, start + 1);
  const isAdjective =
    !endsNumber(words, start + 1) &&
    readClock(words, start + 1) === undefined &&
    readDaysRange(words, start + 1) === undefined;
  if ((isAdjective && read.next === start + 1) || isBeforeAdjective(words, start + 1)) return undefined;
  const part: DayPart | undefined = word === 'nightly' ? 'night' : undefined;
  return { value: { rule: read.value, fromCompletion: false, ...(part && { part }) }, next: read.next };
}

/** "daily and weekly reports" */
function isBeforeAdjective(words: Words, at: number): boolean {
  if (!/^(?:and|or|&)$/.test(wordAt(words, at)) || endsNumber(words, at + 2)) return false;
  return isAdverb(wordAt(words, at + 1)) || wordAt(words, at + 1) === 'annual';
}

function plain(read: Parsed<Rule>): Parsed<NamedRule> {
  return read && { value: { rule: read.value, fromCompletion: false }, next: read.next };
}

/** "after completion", "when done". @returns the index after it */
function readCompletion(words: Words, at: number): number | undefined {
  const word = wordAt(words, at);
  const next = wordAt(words, at + 1);
  if (word === 'after' && /^(?:completion|completing|finishing)$/.test(next)) return at + 2;
  if (word === 'when' && /^(?:done|completed)$/.test(next)) return at + 2;
  return word === 'after' && next === 'last' && wordAt(words, at + 2) === 'completion' ? at + 3 : undefined;
}

/** "after 10 days" counts from completion. */
function readAfterUnits(words: Words, at: number): Parsed<NamedRule> {
  if (wordAt(words, at) !== 'after') return undefined;
  const span = readCalendarSpan(words, at + 1);
  if (span === undefined || span.value.isWorkday || !endsNumber(words, span.next)) return undefined;
  const frequency = ({ day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' } as const)[
    span.value.unit
  ];
  const rule = ruleOf({ frequency, interval: span.value.count });
  return { value: { rule, fromCompletion: true }, next: span.next };
}

/** "last day of every month", "on the 1st of each month", "on mondays", "weekdays", "monday mornings". */
function readWithoutEvery(words: Words, at: number): Parsed<NamedRule> {
  const start = skip(words, at, /^(?:on|at|by)$/);
  const counted = readNextDays(words, at);
  if (counted !== undefined)
    return { value: { ...counted.value, fromCompletion: false }, next: counted.next };
  const nth = plain(readNthOfEvery(words, start) ?? readNthThenEvery(words, start));
  if (nth !== undefined || wordAt(words, at) === 'at' || wordAt(words, at) === 'by') return nth;
  const isAlternate = wordAt(words, start) === 'alternate';
  const inTheParts = wordsAre(words, at, 'in', 'the') ? wordAt(words, at + 2) : '';
  const daily = inTheParts.endsWith('s') ? dayPartOf(inTheParts, true) : undefined;
  if (daily !== undefined)
    return {
      value: { rule: ruleOf({ frequency: 'DAILY' }), fromCompletion: false, part: daily },
      next: at + 3,
    };
  const daysAt = skip(words, start, /^(?:all|the|alternate)$/);
  if (wordAt(words, daysAt) === 'weeknights') return { value: weeknightly(), next: daysAt + 1 };
  const read = readWeekdays(words, daysAt);
  if (read === undefined) return readNameThenEvery(words, at);
  const { days, isPlural } = read.value;
  const everyWeek = days.length > 1 && !isPlural ? readDaysThenEvery(words, days, read.next) : undefined;
  if (everyWeek !== undefined) return everyWeek;
  const part = dayPartOf(wordAt(words, read.next), true);
  const hasPlurals = part !== undefined && wordAt(words, read.next).endsWith('s');
  if (isPlural && isCountedBefore(words, start)) return undefined;
  // "mon-fri except wed"
  const isSeries = days.length > 1 && readException(words, read.next) !== undefined;
  if (!isPlural && !hasPlurals && !isSeries) return undefined;
  const isBare = start === at && at > 0 && part === undefined && !isAlternate;
  if (isBare && !endsNumber(words, read.next) && !beginsTime(words, read.next)) return undefined;
  const next = wordAt(words, read.next + 1) === 'if' ? read.next : skip(words, read.next, 'only');
  return { value: { rule: weekly(days, isAlternate ? 2 : 1), fromCompletion: false }, next };
}

/** "every week" and "in the evening every 2 weeks" after several weekdays. */
function readDaysThenEvery(words: Words, days: number[], at: number): Parsed<NamedRule> {
  const part = readPart(words, at, true);
  const every = readInterval(words, afterEvery(words, part?.next ?? at));
  if (every?.value.rule.frequency !== 'WEEKLY' || every.value.rule.byDay.length > 0) return undefined;
  const rule = weekly(days, every.value.rule.interval);
  return { value: { rule, fromCompletion: false, ...(part && { part: part.value }) }, next: every.next };
}

/** "weeknights": the nights of Monday to Friday. */
function weeknightly(): NamedRule {
  return { rule: weekly(workdays), fromCompletion: false, part: 'night' };
}

/** The index after "every"; after the end if it isn't there. */
function afterEvery(words: Words, at: number): number {
  return /^(?:every|each)$/.test(wordAt(words, at)) ? at + 1 : words.tokens.length;
}

function beginsTime(words: Words, at: number): boolean {
  return (readClock(words, at) ?? readClockRange(words, at, false, true)) !== undefined;
}

/** "march every year", "thanksgiving every year", "1 january and 1 july every year". */
function readNameThenEvery(words: Words, at: number): Parsed<NamedRule> {
  const dates = readMonthDates(words, skip(words, at, 'on'));
  if (dates !== undefined && dates.value.length > 1 && isEveryYear(words, dates.next)) {
    const rule = yearlyRuleOf(dates.value);
    return rule && plain({ value: rule, next: dates.next + 2 });
  }
  const holiday = readHoliday(words, at);
  const month = months.get(wordAt(words, at));
  const next = holiday?.next ?? at + 1;
  if (!isEveryYear(words, next)) return undefined;
  if (holiday !== undefined)
    return holiday.value.rule && plain({ value: holiday.value.rule, next: next + 2 });
  if (month === undefined) return undefined;
  const rule = ruleOf({ frequency: 'YEARLY', byMonth: [month + 1], byMonthDay: [1] });
  return plain({ value: rule, next: next + 2 });
}

function isEveryYear(words: Words, at: number): boolean {
  return /^(?:every|each)$/.test(wordAt(words, at)) && wordAt(words, at + 1) === 'year';
}

/** Reads "every …", "each …", "ev …", "once a week". */
function readEvery(words: Words, at: number): Parsed<NamedRule> {
  const everyAt = skip(words, at, 'once');
  const opener = wordAt(words, everyAt);
  const isOnce = everyAt > at && /^(?:a|an|per)$/.test(opener);
  // "once in 3 weeks"
  if (everyAt > at && opener === 'in') return readInterval(words, everyAt + 1);
  if (!isOnce && !/^(?:every|each|ev)!?$/.test(opener)) return undefined;
  const fromCompletion = opener.endsWith('!');
  const start = skip(words, everyAt + 1, 'single');
  if (wordAt(words, start) === 'weeknight')
    return { value: { ...weeknightly(), fromCompletion }, next: start + 1 };
  const read = readPartsOfDay(words, start) ?? readInterval(words, start) ?? plain(readDays(words, start));
  return read && { value: { ...read.value, fromCompletion }, next: read.next };
}

/** "morning", "morning and evening", and "5pm", which is left for the clause that follows. */
function readPartsOfDay(words: Words, at: number): Parsed<NamedRule> {
  const rule = ruleOf({ frequency: 'DAILY' });
  const parts = readList(words, at, readListedPart);
  if (parts !== undefined) {
    const [part = 'morning', ...others] = parts.value;
    if (others.length === 0) return { value: { rule, fromCompletion: false, part }, next: parts.next };
    const times = parts.value.map((one) => dayParts[one]).toSorted((a, b) => a - b);
    return { value: { rule, fromCompletion: false, times }, next: parts.next };
  }
  return readClock(words, at) === undefined ? undefined : plain({ value: rule, next: at });
}

/** The "every" of "every morning and every evening" is said twice. */
function readListedPart(words: Words, at: number): Parsed<DayPart> {
  const start = skip(words, at, /^(?:every|each)$/);
  const part = dayPartOf(wordAt(words, start));
  return part === undefined ? undefined : { value: part, next: start + 1 };
}

/** The grammar reads numbers of up to four digits, and the sentence must be readable. */
const maxInterval = 9_999;

/** "3 days", "other week", "2nd month", "year on 1 Mar", "other tue", "2 fridays", "other night", "half hour". */
function readInterval(words: Words, at: number): Parsed<NamedRule> {
  const word = wordAt(words, at);
  const part = readPartOfUnit(words, at);
  if (part !== undefined) return plain(part);
  const [, digits, letter = ''] = /^(\d{1,4})(d|w|h|min)$/.exec(word) ?? [];
  const attached = readUnitWord({ d: 'day', w: 'week', h: 'hour', min: 'minute' }[letter] ?? '');
  if (attached && Number(digits) > 0)
    return plain({ value: unitRule(attached, Number(digits)), next: at + 1 });
  const nth = ordinalOf(word);
  const isOther = word === 'other' || word === 'alternate';
  // "every few days" is no number.
  const count = isOther
    ? { value: 2, next: at + 1 }
    : word.endsWith('few')
      ? undefined
      : readCount(words, at);
  const interval = count?.value ?? nth ?? 1;
  const unitAt = count?.next ?? (nth === undefined ? at : at + 1);
  if (interval < 1) return undefined;
  const dayPart =
    count === undefined && nth === undefined ? undefined : dayPartOf(wordAt(words, unitAt), true);
  if (dayPart !== undefined && interval <= maxInterval)
    return {
      value: { rule: ruleOf({ frequency: 'DAILY', interval }), fromCompletion: false, part: dayPart },
      next: unitAt + 1,
    };
  const unit = readUnit(words, unitAt);
  if (unit === undefined)
    return count === undefined ? undefined : plain(readIntervalOfDays(words, unitAt, interval));
  // "every 15th day of the month" is a date, not an interval.
  if (nth !== undefined && /^(?:of|in)$/.test(wordAt(words, unitAt + 1))) return undefined;
  const rule = unitRule(unit.value, interval);
  if (rule.interval > maxInterval) return undefined;
  const isAnyDay = rule.frequency === 'DAILY' && interval === 1 && wordsAre(words, unit.next, 'of', 'the');
  if (isAnyDay && /^(?:week|month|year)$/.test(wordAt(words, unit.next + 2)))
    return plain({ value: rule, next: unit.next + 3 });
  return plain(withDetail(words, rule, unit.next));
}
