import type { CalendarUnit } from './calendar.ts';
import { readClock, type Clock, type DayPart } from './clock-words.ts';
import type { NamedDay } from './dates.ts';
import { readDateAlone, readDay } from './day-words.ts';
import { readCalendarSpan, readDuration } from './duration-words.ts';
import type { SpanKind } from './quick-add.ts';
import { readRule, type NamedRule } from './recurrence-words.ts';
import { readHoursAhead, readPart, readReminders, type NamedReminder } from './reminder-words.ts';
import { readTag, type Tag } from './tag-words.ts';
import { months, numberOf, ordinalOf, wordAt, weekdays, type Parsed, type Words } from './words.ts';
import { readZone } from './zone-words.ts';

/** What a run of words says on its own, before it is known what the others say. */
export type Clause =
  | Tag
  | { is: 'day'; day: NamedDay; from_only: boolean }
  | { is: 'clock'; clock: Clock }
  | { is: 'part'; part: DayPart }
  | { is: 'zone'; zone: string }
  | { is: 'instant'; instant: number }
  | ({ is: 'rule' } & NamedRule)
  | { is: 'until'; day: NamedDay }
  | { is: 'count'; count: number }
  | { is: 'length'; count: number; unit: CalendarUnit }
  | { is: 'duration'; minutes: number }
  | { is: 'reminders'; reminders: NamedReminder[] };

/** A clause and its tokens: the first, and the one after the last. */
export type Found<One extends Clause = Clause> = { clause: One; kind: SpanKind; first: number; next: number };

const kinds: Record<Clause['is'], SpanKind> = {
  list: 'list',
  label: 'label',
  priority: 'priority',
  day: 'date',
  clock: 'time',
  part: 'time',
  zone: 'zone',
  instant: 'time',
  rule: 'recurrence',
  until: 'recurrence',
  count: 'recurrence',
  length: 'duration',
  duration: 'duration',
  reminders: 'reminder',
};

/** Finds every clause of a phrase, from left to right, each as long as it can be. */
export function findClauses(words: Words): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < words.tokens.length;) {
    const before = found.at(-1);
    const read = readClause(words, at, before?.next === at ? before.clause : undefined);
    if (read === undefined) {
      at++;
    } else {
      found.push({ clause: read.value, kind: kinds[read.value.is], first: at, next: read.next });
      at = read.next;
    }
  }
  return found;
}

const openers = new Set(
  (
    'a after an and annually at before beginning biweekly by daily due each each! ending ends end eom eoy every every! ' +
    'five for fortnightly from half hourly in midday midnight monthly next noon on quarter quarterly remind starting ' +
    'starts ten the this till til today tomorrow tmr tmrw tonight twenty until weekend weekly yearly'
  ).split(' '),
);

function mayOpen(word: string): boolean {
  if (openers.has(word) || weekdays.has(word) || months.has(word)) return true;
  return /^\d/.test(word) || numberOf(word) !== undefined || ordinalOf(word) !== undefined;
}

function readClause(words: Words, at: number, before: Clause | undefined): Parsed<Clause> {
  const word = wordAt(words, at);
  if (word === '') return undefined;
  const tag = readTag(words, at);
  if (tag !== undefined) return tag;
  const follows = before === undefined ? undefined : readAfter(words, at, before);
  if (follows !== undefined) return follows;
  if (!mayOpen(word)) return undefined;
  return (
    readRuleClause(words, at) ??
    readPrefixed(words, at) ??
    readBareDay(words, at) ??
    readBareTime(words, at, at === 0 || before?.is === 'day' || before?.is === 'rule')
  );
}

/** A zone after a time, a part of the day after a day. */
function readAfter(words: Words, at: number, before: Clause): Parsed<Clause> {
  const { is } = before;
  if (is !== 'day' && is !== 'clock' && is !== 'part' && is !== 'instant' && is !== 'rule') return undefined;
  const zone = readZone(words, at);
  if (zone !== undefined) return { value: { is: 'zone', zone: zone.value }, next: zone.next };
  const part = is === 'day' ? readPart(words, at, true) : undefined;
  return part && { value: { is: 'part', part: part.value }, next: part.next };
}

function readRuleClause(words: Words, at: number): Parsed<Clause> {
  const rule = readRule(words, at);
  if (rule !== undefined) return { value: { is: 'rule', ...rule.value }, next: rule.next };
  const reminders = readReminders(words, at);
  return reminders && { value: { is: 'reminders', reminders: reminders.value }, next: reminders.next };
}

/** What a word before it tells apart: "until friday", "starting friday", "for 2 weeks", "by friday", "by 5pm". */
function readPrefixed(words: Words, at: number): Parsed<Clause> {
  switch (wordAt(words, at)) {
    case 'until':
    case 'till':
    case 'til':
    case 'ending':
    case 'ends': {
      const day = readDayAfterOn(words, at + 1);
      return day && { value: { is: 'until', day: day.value }, next: day.next };
    }
    case 'starting':
    case 'starts':
    case 'beginning':
    case 'from': {
      const day = readDayAfterOn(words, at + 1);
      return (
        day && {
          value: { is: 'day', day: day.value, from_only: wordAt(words, at) === 'from' },
          next: day.next,
        }
      );
    }
    case 'for':
      return readFor(words, at + 1);
    case 'due': {
      const next = wordAt(words, at + 1) === ':' ? at + 2 : at + 1;
      return readOnDay(words, next) ?? readBareDay(words, next) ?? readBareTime(words, next);
    }
    case 'on':
    case 'by':
      return readOnDay(words, at) ?? readBareTime(words, at + 1);
    case 'at':
      return wordAt(words, at + 1) === 'the' ? readBareDay(words, at + 1) : undefined;
    default:
      return undefined;
  }
}

function readOnDay(words: Words, at: number): Parsed<Clause> {
  const day = readDayAfterOn(words, at);
  return day && { value: { is: 'day', day: day.value, from_only: false }, next: day.next };
}

function readDayAfterOn(words: Words, at: number): Parsed<NamedDay> {
  const start = /^(?:on|by)$/.test(wordAt(words, at)) ? at + 1 : at;
  return readDay(words, start) ?? readDateAlone(words, start);
}

/** "for 2 weeks", "for the next 3 months", "for 30 min". */
function readFor(words: Words, at: number): Parsed<Clause> {
  const start = wordAt(words, at) === 'the' && wordAt(words, at + 1) === 'next' ? at + 2 : at;
  const span = readCalendarSpan(words, start);
  if (span !== undefined) return { value: { is: 'length', ...span.value }, next: span.next };
  const duration = readDuration(words, start);
  if (duration !== undefined) {
    const { value: minutes, next } = duration;
    return minutes === 0 ? undefined : { value: { is: 'duration', minutes }, next };
  }
  return readTimes(words, start);
}

function readBareDay(words: Words, at: number): Parsed<Clause> {
  const ahead = readHoursAhead(words, at);
  if (ahead !== undefined) return { value: { is: 'instant', instant: ahead.value }, next: ahead.next };
  const day = readDay(words, at);
  return day && { value: { is: 'day', day: day.value, from_only: false }, next: day.next };
}

function readBareTime(words: Words, at: number, isExpected = false): Parsed<Clause> {
  const times = readTimes(words, at);
  if (times !== undefined) return times;
  const clock = readClock(words, at, isExpected);
  if (clock !== undefined) return { value: { is: 'clock', clock: clock.value }, next: clock.next };
  const part = readPart(words, at, false);
  return part && { value: { is: 'part', part: part.value }, next: part.next };
}

/** "10 times". */
function readTimes(words: Words, at: number): Parsed<Clause> {
  const count = numberOf(wordAt(words, at));
  if (count === undefined || !/^(?:times?|occurrences?)$/.test(wordAt(words, at + 1))) return undefined;
  return { value: { is: 'count', count }, next: at + 2 };
}
