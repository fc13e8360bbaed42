import { ruleOf, type Frequency, type Rule } from '@rondo/recurrence/rule';
import { readNthRule } from './nth-days.ts';
import { longest, readDatesOfYear, readFridayThe13th, readOfMonth, weekly } from './days-after-every.ts';
import { inQuarter } from './scope.ts';
import { readWeekdays } from './weekdays.ts';
import { months, numberOf, skip, wordAt, wordsAre, type Parsed, type Words } from '../../words.ts';

/** Adds what "on …" says: weekdays to a daily or weekly rule, dates to a monthly one, a date to a yearly one. */
export function withDetail(words: Words, rule: Rule, at: number): NonNullable<Parsed<Rule>> {
  // "weekly, on fridays"
  if (wordsAre(words, at, ',', 'on')) {
    const detailed = withDetail(words, rule, at + 1);
    return detailed.next > at + 1 ? detailed : { value: rule, next: at };
  }
  const opener = wordAt(words, at);
  if (!/^(?:on|the|in|at)$/.test(opener)) {
    const nth = rule.frequency === 'MONTHLY' && /^\d/.test(opener) ? readNthRule(words, at) : undefined;
    if (nth?.value.frequency === 'MONTHLY')
      return { value: { ...nth.value, interval: rule.interval }, next: nth.next };
    const dates = rule.frequency === 'YEARLY' && months.has(opener) ? readDatesOfYear(words, at) : undefined;
    if (dates !== undefined) return { value: { ...dates.value, interval: rule.interval }, next: dates.next };
    const mayHaveDays = rule.frequency === 'WEEKLY' || (rule.frequency === 'DAILY' && rule.interval === 1);
    const days = mayHaveDays ? readWeekdays(words, at) : undefined;
    return days === undefined
      ? { value: rule, next: at }
      : { value: weekly(days.value.days, rule.interval), next: days.next };
  }
  const detail = readDetail(words, rule.frequency, opener === 'on' || opener === 'at' ? at + 1 : at, opener);
  if (detail === undefined) return { value: rule, next: at };
  const isDaily = rule.frequency === 'DAILY' && rule.interval > 1;
  const frequency = isDaily ? 'DAILY' : detail.value.frequency;
  const detailed = { ...detail.value, frequency, interval: rule.interval };
  const unitAt = wordAt(words, at - 1) === ',' ? at - 2 : at - 1;
  const isQuarter = /^quarter(?:ly)?$/.test(wordAt(words, unitAt));
  return { value: isQuarter ? inQuarter(detailed) : detailed, next: detail.next };
}

function readDetail(words: Words, frequency: Frequency, at: number, opener: string): Parsed<Rule> {
  switch (frequency) {
    case 'DAILY':
    case 'WEEKLY': {
      const days = opener === 'on' ? readWeekdays(words, skip(words, at, 'the')) : undefined;
      return days && { value: weekly(days.value.days), next: days.next };
    }
    case 'MONTHLY':
      return opener === 'in' ? undefined : readDetailOfMonth(words, at);
    case 'YEARLY':
      if (opener === 'in') return readWeekOfYear(words, at + 1);
      return longest(readDatesOfYear(words, at), only(frequency, readNthRule(words, at, true)));
    case 'SECONDLY':
    case 'MINUTELY':
    case 'HOURLY':
      return undefined;
  }
}

function only(frequency: Frequency, read: Parsed<Rule>): Parsed<Rule> {
  return read?.value.frequency === frequency ? read : undefined;
}

/** "the 15th", "the last friday in march", "Friday if it is the 13th", "day 15". */
function readDetailOfMonth(words: Words, at: number): Parsed<Rule> {
  if (wordAt(words, at) === 'day') return readOfMonth(words, at + 1);
  const nth =
    readNthRule(words, at, true) ??
    readFridayThe13th(words, at) ??
    readOfMonth(words, skip(words, at, 'the'));
  if (nth === undefined || nth.value.frequency === 'MONTHLY') return nth;
  return nth.value.byMonth.length > 0 && nth.value.interval === 1
    ? { value: { ...nth.value, frequency: 'MONTHLY' }, next: nth.next }
    : undefined;
}

/** "week 12 on friday" after "in". */
function readWeekOfYear(words: Words, at: number): Parsed<Rule> {
  const week = wordAt(words, at) === 'week' ? numberOf(wordAt(words, at + 1)) : undefined;
  if (week === undefined || week > 53 || wordAt(words, at + 2) !== 'on') return undefined;
  const days = readWeekdays(words, at + 3);
  if (days === undefined) return undefined;
  const { byDay } = weekly(days.value.days);
  return { value: ruleOf({ frequency: 'YEARLY', byWeekNumber: [week], byDay }), next: days.next };
}
