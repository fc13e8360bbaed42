import { isWithinDay, type Rule } from '@rondo/recurrence/rule';
import { dateOf, type NamedDay } from '../words/days/dates.ts';
import type { Found } from './clause.ts';
import { isOf, ownersOf } from './clauses.ts';
import {
  binds,
  isBoundMonth,
  isConnector,
  isConnectorBeside,
  isNeutral,
  isPassing,
  joins,
  limitEnd,
} from './connectors.ts';
import { mayBeginTime, timeWordsOf } from './time-words.ts';
import {
  endsNumber,
  isTimesWord,
  months,
  numberOf,
  ordinalOf,
  remembered,
  wordAt,
  weekdays,
  type Words,
} from '../words.ts';

/**
 * Words that belong together: clauses that say when, words of dates and recurrences that no clause took, and the connectors
 * between and beside them. A run is understood only as a whole.
 */
export type Run = {
  first: number;
  next: number;
  clauses: Found[];
  /** Whether it has a word that is part of no clause. */
  hasUnread: boolean;
};

/** Words that can belong to a time that isn't beside them: "every day, except". */
const isLoose = remembered(
  (word) =>
    isConnector(word) ||
    isTimesWord(word) ||
    /^(?:but|or|for|outside|times|days?|weeks?|months?|years?|twice|thrice)$/.test(word),
);

/**
 * Whether a phrase has a word that a run could leave unread: a word of time that no clause took, or a connector beside a
 * clause. Most phrases have none, and need no runs.
 */
export function hasLooseWords(words: Words, found: Found[]): boolean {
  const { tokens } = words;
  const isTaken = new Uint8Array(tokens.length);
  for (const { first, next } of found) isTaken.fill(1, first, next);
  let isBehindTime = false;
  let connector = false;
  for (const [at, { word }] of tokens.entries()) {
    const isTime = isTaken[at] === 1;
    if (!isTime && isNeutral(word)) continue;
    if (isTime && connector) return true;
    connector = !isTime && isConnectorBeside(word);
    if (!isTime && (isLoose(word) || mayBeginTime(words, at) || (connector && isBehindTime))) return true;
    isBehindTime = isTime;
  }
  return false;
}

/** What a token is beside a time. A `gap` is a tag, a bracket or a length: it separates nothing. */
type Role = 'time' | 'joint' | 'gap' | 'other';

/** Finds the runs of a phrase. */
export function runsOf(words: Words, found: Found[]): Run[] {
  const timed = new Set(timedOf(found));
  const owners = ownersOf(words.tokens.length, found);
  const areTime = timeWordsOf(words);
  const roleAt: RoleAt = (at) => roleOf(words, owners[at], timed, areTime[at] === true, at);
  const apart = dayApart(words, found);
  const hasRule = found.some(({ clause }) => clause.is === 'rule');
  // The rule of "daily standup at 9" has no words of its own.
  const isOfAdjective = found.some(({ first, next }) => first === next);
  const runs: Run[] = [];
  let end = 0;
  for (let at = 0; at < words.tokens.length; at += 1) {
    if (roleAt(at) !== 'time') continue;
    const near = afterLastTime(words, roleAt, at);
    const isRule = owners.slice(at, near).some((owner) => owner?.clause.is === 'rule');
    // "clean the bar every sunday"
    const isOfRule = hasRule && !/^(?:every|each|ev)!?$/.test(wordAt(words, at));
    const first = withBinding(words, roleAt, at, end, isOfRule);
    const last = apart !== undefined && apart.rule.next <= near ? Math.max(near, apart.day.next) : near;
    end = withLimit(words, roleAt, last, owners[last - 1], isRule || isOfAdjective);
    const clauses = new Set<Found>();
    let hasUnread = false;
    for (let index = first; index < end; index += 1) {
      const owner = owners[index];
      if (owner === undefined) hasUnread ||= !isNeutral(wordAt(words, index)) || index >= last;
      else if (timed.has(owner)) clauses.add(owner);
    }
    const before = runs.at(-1);
    // "friday, weather permitting, or saturday"
    if (before && wordAt(words, first - 1) === 'or') before.hasUnread = true;
    runs.push({ first, next: end, clauses: [...clauses], hasUnread });
    at = end - 1;
  }
  return runs;
}

/**
 * Finds a day behind a recurrence and other words: "every day save sunday". Nobody knows what these words make of it.
 * "every week call Ann on friday" and "every month pay rent the 1st" are clear.
 */
export function dayApart(words: Words, found: Found[]): { rule: Found; day: Found } | undefined {
  const rule = found.find((one) => isOf(one, 'rule'));
  if (rule === undefined || rule === found.at(-1)) return undefined;
  const day = found.filter((one) => isOf(one, 'day')).find(({ first }) => first > rule.next);
  if (day === undefined || day.clause.role !== 'plain') return undefined;
  if (/^(?:on|by|at|due|before|around|this|next|in|no|not|for)$/.test(wordAt(words, day.first)))
    return undefined;
  if (isDetail(rule.clause.rule, day.clause.day)) return undefined;
  let at = rule.next;
  for (const { first, next } of found.slice(found.indexOf(rule) + 1)) {
    for (; at < first; at += 1) if (!isNeutral(wordAt(words, at))) return { rule, day };
    if (first === day.first) return undefined;
    at = next;
  }
  return undefined;
}

/** Whether a day says which one of the week, the month or the year a recurrence without days is on. */
function isDetail({ frequency, byDay, byMonthDay }: Rule, { isWeekday, date, from }: NamedDay): boolean {
  if (byDay.length > 0 || byMonthDay.length > 0) return false;
  if (frequency === 'WEEKLY') return isWeekday === true;
  return frequency === 'MONTHLY' ? date !== undefined : frequency === 'YEARLY' && from !== undefined;
}

/** The clauses that say when. A count or a length says it only of a recurrence or a date. */
export function timedOf(found: Found[]): Found[] {
  const hasRule = found.some(({ clause }) => clause.is === 'rule');
  const hasDue =
    hasRule || found.some(({ clause: { is } }) => is === 'day' || is === 'clock' || is === 'part');
  const isWithin = found.some((one) => isOf(one, 'rule') && isWithinDay(one.clause.rule));
  return found.filter(({ clause: { is } }) => {
    if (is === 'count') return hasRule;
    // "every hour for 3 hours"
    if (is === 'duration') return isWithin;
    if (is === 'length') return hasDue;
    return !/^(?:list|label|priority|zone|reminders)$/.test(is);
  });
}

function roleOf(
  words: Words,
  owner: Found | undefined,
  timed: Set<Found>,
  isTime: boolean,
  at: number,
): Role {
  if (owner !== undefined)
    return timed.has(owner) ? 'time' : owner.clause.is === 'reminders' ? 'other' : 'gap';
  if (isTime) return 'time';
  const word = wordAt(words, at);
  if (/^[()[\]]$/.test(word)) return 'gap';
  return joins(word) ? 'joint' : 'other';
}

type RoleAt = (at: number) => Role;

/** The index after the last time that follows a time without a word of the title between. */
function afterLastTime(words: Words, roleAt: RoleAt, at: number): number {
  let end = at + 1;
  for (let index = at + 1; ; index += 1) {
    const role = roleAt(index);
    if (role === 'time' || (role === 'other' && joinsTime(words, index, end))) end = index + 1;
    else if (role === 'other') return end;
  }
}

/** Whether a word after a time belongs to it, but says nothing by itself: "week" in "friday week", "18" in "friday 18", "x5". */
function joinsTime(words: Words, at: number, end: number): boolean {
  const word = wordAt(words, at);
  const isBeside = at === end;
  // "the 15th of january and july"
  if (months.has(word)) {
    const isBound = !isBeside && isBoundMonth(words, at) && endsNumber(words, at + 1);
    return isBound || months.has(wordAt(words, end - 1));
  }
  if (/^(?:times|days?)$/.test(word)) return isBeside && /^\d+$/.test(wordAt(words, at - 1));
  if (isTimesWord(word) || /^(?:weeks?|months?|years?|twice|thrice)$/.test(word)) return isBeside;
  // "dec 24 and 25 dinner", "oct 1st and 3rd"
  const isLaterDate = isDateAfter(word, wordAt(words, end - 1));
  if (!isBeside && isLaterDate && months.has(wordAt(words, end - 2))) return true;
  if (/^\d{1,3}(?:st|nd|rd|th)$/.test(word))
    return endsNumber(words, at + 1) || wordAt(words, at + 1) === 'day';
  if (!/^\d+$/.test(word)) {
    const noun = wordAt(words, at + 1);
    // "umpteen times"
    return (
      isBeside &&
      (noun === 'times' || (numberOf(word) !== undefined && /^(?:days?|weeks?|months?|years?)$/.test(noun)))
    );
  }
  // "may 3 and 45" is a list of numbers, "friday and 5" is none.
  if (!isBeside && !/^\d/.test(wordAt(words, end - 1))) return false;
  return (
    endsNumber(words, at + 1) || /^(?:\d.*|times|days?|weeks?|months?|years?)$/.test(wordAt(words, at + 1))
  );
}

/** Whether a number can be a date of the month after another one. */
function isDateAfter(word: string, before: string): boolean {
  const date = dateOf(word);
  return date !== undefined && /^\d/.test(word) && date > (dateOf(before) ?? 31);
}

/** Includes the words before a time that change its meaning: "except", "except for", "last". */
function withBinding(words: Words, roleAt: RoleAt, at: number, end: number, isOfRule: boolean): number {
  let first = at;
  const isEvery = /^(?:every|each)$/.test(wordAt(words, at));
  for (let index = at - 1; index >= end; index -= 1) {
    const word = wordAt(words, index);
    const isBinding = binds(word, isOfRule) || (isEvery && index === at - 1 && word === 'of');
    if (roleAt(index) === 'joint' && isBinding) first = index;
    else if (roleAt(index) !== 'gap' && !isPassing(word)) break;
  }
  return first < at ? first : (numbersBefore(words, at, end) ?? first);
}

/** The numbers of "on 3, 5 and 7 october", and the week of "the week of 5 october" and "first week in october". */
function numbersBefore(words: Words, at: number, end: number): number | undefined {
  const hasOf = wordAt(words, at - 1) === 'of';
  const nounAt = hasOf ? at - 2 : at - 1;
  if (
    (hasOf || wordAt(words, at) === 'in') &&
    nounAt >= end &&
    /^(?:weeks?|weekends?)$/.test(wordAt(words, nounAt))
  )
    return nounAt;
  // "this or next friday"
  const orAt = isWhich.test(wordAt(words, at - 1)) ? at - 2 : at - 1;
  if (/^(?:or|and)$/.test(wordAt(words, orAt)) && orAt - 1 >= end && isWhich.test(wordAt(words, orAt - 1)))
    return orAt - 1;
  // "5 or 6pm", "a week and a day from friday"
  const isJoined = /^(?:or|and)$/.test(wordAt(words, at - 1)) && at - 2 >= end;
  if (isJoined && wordAt(words, at - 1) === 'or' && /^\d{1,2}$/.test(wordAt(words, at - 2))) return at - 2;
  if (isJoined && at - 3 >= end && /^(?:days?|weeks?|months?|years?)$/.test(wordAt(words, at - 2)))
    return at - 3;
  if (!isPosition(wordAt(words, at))) return undefined;
  let first = at;
  for (let before = listedBefore(words, first); before >= end; before = listedBefore(words, first))
    first = before;
  return first < at ? first : undefined;
}

/** The index of the "3" of "3, 5" and "3./5." before the index of its end; -1 if there is none. */
function listedBefore(words: Words, at: number): number {
  if (!/^(?:,|and|&|or|[-–/])$/.test(wordAt(words, at - 1))) return -1;
  const isDotted = wordAt(words, at - 2) === '.';
  // "24/25" without dots is one word.
  if (/^[-–/]$/.test(wordAt(words, at - 1)) && !isDotted) return -1;
  const numberAt = isDotted ? at - 3 : at - 2;
  return isPosition(wordAt(words, numberAt)) ? numberAt : -1;
}

const isWhich = /^(?:this|that|next|the|one)$/;
const isPosition = (word: string) => /^\d{1,2}$/.test(word) || ordinalOf(word) !== undefined;

/** Includes the words after a time that limit it and aren't understood: "until", "but not", "starting" after a recurrence. */
function withLimit(
  words: Words,
  roleAt: RoleAt,
  end: number,
  last: Found | undefined,
  isRule: boolean,
): number {
  let at = end;
  while (roleAt(at) === 'gap' || /^[,:–—-]$/.test(wordAt(words, at))) at += 1;
  const limit = limitEnd(words, at, isRule, last?.clause.is === 'rule');
  if (limit !== undefined || last?.clause.is !== 'day') return limit ?? end;
  const word = wordAt(words, at);
  const opener = wordAt(words, last.first);
  const before = wordAt(words, last.first - 1);
  // "within a week of the wedding"
  if (word === 'of' && /^(?:in|within)$/.test(opener)) return at + 1;
  const isRange =
    opener === 'from' ? /^(?:to|until|till|-|–)$/.test(word) : before === 'between' && word === 'and';
  // "the friday before the launch"
  const isNamed =
    weekdays.has(opener) && /^(?:the|first|last)$/.test(before) && /^(?:before|after)$/.test(word);
  return isRange || isNamed ? at + 1 : end;
}
