import type { Clause, Found } from './clause.ts';
import {
  readBareDate,
  readBareDay,
  readBareTime,
  readLastSpan,
  readPrefixed,
  readRuleClause,
} from './read-clause.ts';
import { readEnd } from './read-end.ts';
import type { SpanKind } from '../quick-add.ts';
import { withoutIsh } from '../words/times/about.ts';
import { readClock } from '../words/times/clock.ts';
import { beginsHoliday, endsHoliday, isEvent, readHoliday } from '../words/days/holidays.ts';
import { isAdverb } from '../words/rules/adverbs.ts';
import type { NamedDay } from '../words/days/dates.ts';
import { readPeriodOfRule } from '../words/days/months.ts';
import { readPart } from '../words/times/parts-of-day.ts';
import { readTag } from '../words/tags.ts';
import {
  endsNumber,
  isTimesWord,
  months,
  numberOf,
  ordinalOf,
  pluralWeekdays,
  remembered,
  tomorrows,
  wordAt,
  weekdays,
  type Parsed,
  type Words,
} from '../words.ts';
import { readZone } from '../words/times/zones.ts';

const kinds: Record<Clause['is'], SpanKind> = {
  list: 'list',
  label: 'label',
  priority: 'priority',
  day: 'date',
  days: 'date',
  moments: 'date',
  clock: 'time',
  times: 'time',
  part: 'time',
  zone: 'zone',
  instant: 'time',
  rule: 'recurrence',
  until: 'recurrence',
  count: 'recurrence',
  except: 'recurrence',
  length: 'duration',
  duration: 'duration',
  reminders: 'reminder',
};

/** Finds the clauses of a phrase from left to right, each as long as possible. */
export function findClauses(words: Words): Found[] {
  const found: Found[] = [];
  let hasRule = false;
  for (let at = 0; at < words.tokens.length;) {
    const before = found.at(-1);
    const isNext = before !== undefined && joins(words, before.next, at);
    const period: Parsed<NamedDay> = isNext && hasRule ? readPeriodOfRule(words, at) : undefined;
    const read: Parsed<Clause> = period
      ? { value: { is: 'day', day: period.value, role: 'plain' }, next: period.next }
      : readClause(words, at, isNext ? before.clause : undefined);
    if (read === undefined) {
      at++;
    } else {
      found.push({ clause: read.value, kind: kinds[read.value.is], first: at, next: read.next });
      hasRule ||= read.value.is === 'rule';
      at = read.next;
    }
  }
  return found;
}

/** Whether a clause at an index follows one that ends at another: at most a comma is between them. */
function joins(words: Words, end: number, at: number): boolean {
  return end === at || (end + 1 === at && /^[,:]$/.test(wordAt(words, end)));
}

/** Words that can begin a clause. A fast check before the rules are tried. */
const openers = new Set(
  (
    '@ × a about after all afternoon alternate an another apart approx approximately around as at before beginning begins between business but ' +
    'by circa close cob coming commencing couple daily day due during early each each! effective end ending ends eod eom eoq eow eoy ev ' +
    'ev! evening every every! everyday except excl excluding few first following for from half in last late later mid midday middle ' +
    'midnight minus month morning next night no noon not on once other over penultimate quarter remind roughly skip skipping ' +
    "sometime start starting starts the this thrice through throughout thru 'til til till to tod today tom toward towards " +
    'tonight twice until up week weekday weekdays weeknights weekend weekends within ' +
    'without work workday workdays working x'
  ).split(' '),
);

const canBeginClause = remembered((word) => {
  if (
    openers.has(word) ||
    tomorrows.has(word) ||
    weekdays.has(word) ||
    pluralWeekdays.has(word) ||
    months.has(word)
  )
    return true;
  if (
    isAdverb(word) ||
    withoutIsh(word) !== undefined ||
    beginsHoliday(word) ||
    isTimesWord(word) ||
    numberOf(word) !== undefined
  )
    return true;
  return /^[\d+~]/.test(word) || ordinalOf(word) !== undefined || (word.length < 20 && /[-/.]/.test(word));
});

function readClause(words: Words, at: number, before: Clause | undefined): Parsed<Clause> {
  const word = wordAt(words, at);
  if (word === '') return undefined;
  const tag = readTag(words, at);
  if (tag !== undefined) return tag;
  const following = before === undefined ? undefined : readAfter(words, at, before);
  if (following !== undefined) return following;
  if (!canBeginClause(word)) return undefined;
  const isBegun = before?.is === 'rule' || (before?.is === 'day' && before.role === 'from');
  const end = isBegun ? readEnd(words, at) : undefined;
  if (end !== undefined) return end;
  const isAfterDay = before?.is === 'day' || before?.is === 'rule' || before?.is === 'days';
  return (
    readRuleClause(words, at) ??
    readPrefixed(words, at, isAfterDay) ??
    readLoneDay(words, at) ??
    readBareTime(words, at, at === 0 || isAfterDay, isAfterDay) ??
    (before?.is === 'part' ? readHourOfPart(words, at) : undefined) ??
    readBareDate(words, at) ??
    (before === undefined ? readLastSpan(words, at) : undefined)
  );
}

/** "8" after "tomorrow evening". */
function readHourOfPart(words: Words, at: number): Parsed<Clause> {
  const clock =
    /^\d{1,2}$/.test(wordAt(words, at)) && endsNumber(words, at + 1)
      ? readClock(words, at, 'bare')
      : undefined;
  return clock && { value: { is: 'clock', clock: clock.value }, next: clock.next };
}

/** A holiday before a noun names something: "christmas presents". */
function readLoneDay(words: Words, at: number): Parsed<Clause> {
  const holiday = readHoliday(words, at);
  if (holiday !== undefined) {
    const isGreeting = at === 0 || /^(?:merry|happy|the|a|for)$/.test(wordAt(words, at - 1));
    const word = wordAt(words, holiday.next);
    const isEvery = /^(?:every|each)$/.test(word) && wordAt(words, holiday.next + 1) === 'year';
    const isDate = word === '' || isEvery || isEvent(words, at, holiday.next);
    const isTimed = readClock(words, holiday.next) !== undefined;
    if ((isGreeting && !isDate && !isTimed) || !endsHoliday(words, at, holiday.next)) return undefined;
  }
  return readBareDay(words, at);
}

/** Reads what is only a clause after another one: a zone after a time or a day, a part of the day after a day or rule. */
function readAfter(words: Words, at: number, before: Clause): Parsed<Clause> {
  const { is } = before;
  if (is !== 'day' && is !== 'clock' && is !== 'part' && is !== 'instant' && is !== 'rule' && is !== 'times')
    return undefined;
  const zone = readZone(words, at);
  if (zone !== undefined) return { value: { is: 'zone', zone: zone.value }, next: zone.next };
  const part = is === 'day' || is === 'rule' ? readPart(words, at, true) : undefined;
  return part && { value: { is: 'part', part: part.value }, next: part.next };
}
