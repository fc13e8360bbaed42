import { dayPartOf } from '../words/times/clock.ts';
import { afterDot } from '../words/days/dates.ts';
import { readHoliday } from '../words/days/holidays.ts';
import { isNameOfMonth } from '../words/days/months.ts';
import { isAdverb } from '../words/rules/adverbs.ts';
import {
  endsNumber,
  months,
  numberOf,
  ordinalOf,
  pluralWeekdays,
  remembered,
  skip,
  tomorrows,
  wordAt,
  wordsAre,
  weekdays,
  type Words,
} from '../words.ts';

const days = new Set([...tomorrows, ...'today tonight yesterday tod eom eow eoy everyday'.split(' ')]);
const unit =
  /^(?:days?|weeks?|months?|years?|hours?|minutes?|quarters?|fortnights?|weekends?|(?:week|work)days?)$/;
const shape =
  /^(?:\d{1,2}:\d\d|\d{4}-\d\d-\d\d|\d{4}-?w\d\d|20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$|\d{1,2}(?::\d\d)?[ap]m$|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$)/;
const every = /^(?:every|each|ev)!?$/;
const count = /^(?:\d+|an?|the|one|two|three|four|five|six|seven|eight|nine|ten|couple|few|several)$/;
const nthDigits = /^\d{1,3}(?:st|nd|rd|th)$/;

const isWeekday = (word: string) => weekdays.has(word) || pluralWeekdays.has(word);
const isNth = (word: string) =>
  nthDigits.test(word) || ordinalOf(word) !== undefined || word.endsWith('teenth');

/**
 * Finds words of dates and recurrences, whether or not a clause takes them: "monday", "3 days before", "31 september",
 * "every umpteen days", "9th monday of october", "twice a week".
 * @returns whether the word at each index is one
 */
export function timeWordsOf(words: Words): boolean[] {
  const are: boolean[] = [];
  let end = 0;
  for (let at = 0; at < words.tokens.length; at += 1) {
    if (mayBeginTime(words, at)) end = Math.max(end, phraseEnd(words, at));
    are.push(at < end);
  }
  return are;
}

/** Whether words of time can begin with this word. A fast check before the others. */
const canBeginTime = remembered((word) => {
  if (every.test(word) || isAdverb(word) || days.has(word) || isWeekday(word) || shape.test(word))
    return true;
  if (/^\d/.test(word) || isNth(word) || months.has(word) || count.test(word) || numberOf(word) !== undefined)
    return true;
  return (
    /^(?:twice|thrice|once|in|past|previous|all|early|late|[a-z]+[/+].*)$/.test(word) || word.endsWith('teen')
  );
});

/** Whether words of time begin at an index, at a glance. Most articles of a phrase are before a noun of its title. */
export function mayBeginTime(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  if (!canBeginTime(word)) return false;
  return !/^(?:an?|the)$/.test(word) || isUnitOrCount(wordAt(words, at + 1));
}

const isUnitOrCount = remembered((word) => unit.test(word) || /^(?:couple|few)$/.test(word));

/** The index after the words of time that begin here; the same index if there are none. */
function phraseEnd(words: Words, at: number): number {
  const word = wordAt(words, at);
  if (word === '') return at;
  if (every.test(word)) return everyEnd(words, at);
  if (isAdverb(word)) {
    // "monthly 12 times" may be 12 months, or 12 times each.
    if (/^(?:\d|[a-z]+$)/.test(wordAt(words, at + 1)) && wordAt(words, at + 2) === 'times') return at + 3;
    return endsNumber(words, at + 1) || dayPartOf(wordAt(words, at + 1)) ? at + 1 : at;
  }
  return Math.max(
    days.has(word) || isWeekday(word) || shape.test(word) ? at + 1 : at,
    nthEnd(words, at),
    datedMonthEnd(words, at),
    offsetEnd(words, at),
    frequencyEnd(words, at),
    aheadEnd(words, at),
    lastEnd(words, at),
    partEnd(words, at),
    severalEnd(words, at),
  );
}

/** "31 september 2027", "31st of september", "feb 30". */
function datedMonthEnd(words: Words, at: number): number {
  const isMonth = months.has(wordAt(words, at));
  if (isMonth) {
    if (/^weekends?$/.test(wordAt(words, at + 1))) return at + 2;
    const isBound =
      /^(?:by|after|during|around|this)$/.test(wordAt(words, at - 1)) && !isNameOfMonth(words, at);
    if (
      isBound ||
      /^(?:last|next|since|until|till)$/.test(wordAt(words, at - 1)) ||
      every.test(wordAt(words, at + 1))
    )
      return at + 1;
    return /^\d/.test(wordAt(words, at + 1)) ? yearEnd(words, at + 2) : at;
  }
  if (!/^\d{1,2}(?:st|nd|rd|th)?(?:[/+&]\d{1,2})?$/.test(wordAt(words, at))) return at;
  const monthAt = skip(words, afterDot(words, at + 1), 'of');
  return months.has(wordAt(words, monthAt)) ? yearEnd(words, monthAt + 1) : at;
}

function yearEnd(words: Words, at: number): number {
  return /^(?:19|20)\d\d$/.test(wordAt(words, at)) ? at + 1 : at;
}

/** "3 days before", "the day after", "a couple of weeks from", "5 days ago". */
function offsetEnd(words: Words, at: number): number {
  if (!count.test(wordAt(words, at)) && numberOf(wordAt(words, at)) === undefined) return at;
  const skipped = /^(?:couple|few)$/.test(wordAt(words, at + 1)) ? at + 2 : at + 1;
  const unitAt = wordAt(words, skipped) === 'of' ? skipped + 1 : skipped;
  const isShort = /^(?:min|mins|minutes?|h|hrs?)$/.test(wordAt(words, unitAt));
  // "for 30 min before lunch" is a length.
  if (isShort ? wordAt(words, at - 1) === 'for' : !unit.test(wordAt(words, unitAt))) return at;
  const way = wordAt(words, unitAt + 1);
  if (/^(?:ahead|short|shy)$/.test(way)) return wordAt(words, unitAt + 2) === 'of' ? unitAt + 3 : at;
  return /^(?:before|after|from|ago|prior|following|preceding|past|today|tomorrow)$/.test(way)
    ? unitAt + 2
    : at;
}

/** "twice a week", "3 times per week", "3x a week". */
function frequencyEnd(words: Words, at: number): number {
  const word = wordAt(words, at);
  const isCounted = /^(?:twice|thrice|once|\d{1,3}x)$/.test(word);
  if (!isCounted && !(/^(?:times?|days?)$/.test(wordAt(words, at + 1)) && count.test(word))) return at;
  const perAt = isCounted ? at + 1 : at + 2;
  if (isAdverb(wordAt(words, perAt))) return perAt + 1;
  // "twice in 3 weeks"
  if (wordAt(words, perAt) === 'in' && unit.test(wordAt(words, perAt + 2))) return perAt + 3;
  const isPer = /^(?:an?|per|each|every)$/.test(wordAt(words, perAt));
  return isPer && unit.test(wordAt(words, perAt + 1)) ? perAt + 2 : at;
}

const approximate =
  /^(?:\d+|an?|one|two|three|four|five|six|and|or|to|-|–|less|more|than|under|over|exactly|another|half)$/;

/** "in umpteen weeks", "in 2 or 3 weeks", "in less than a week". */
function aheadEnd(words: Words, at: number): number {
  if (wordAt(words, at) !== 'in') return at;
  let unitAt = at + 1;
  while (unitAt < at + 6 && approximate.test(wordAt(words, unitAt))) unitAt += 1;
  if (unitAt > at + 2 && unit.test(wordAt(words, unitAt))) return unitAt + 1;
  return /^(?:the|these|those|other|all|recent|past|last)$/.test(wordAt(words, at + 1)) ||
    !/^(?:days|weeks|months|quarters|years)$/.test(wordAt(words, at + 2))
    ? at
    : at + 3;
}

/** "9th monday of october", "40th day", "first friday". */
function nthEnd(words: Words, at: number): number {
  const word = wordAt(words, at);
  const noun = wordAt(words, at + 1);
  // "on the 33rd"
  const isLate = nthDigits.test(word) && ordinalOf(word) === undefined && endsNumber(words, at + 1);
  if (isLate && wordsAre(words, at - 2, 'on', 'the')) return at + 1;
  if (!isNth(word) || !(isWeekday(noun) || /^(?:days?|weeks?|weekends?|(?:work|week)days?)$/.test(noun)))
    return at;
  // "first day at school" is no date.
  if (!isWeekday(noun) && !nthDigits.test(word)) return at;
  const of = wordAt(words, at + 2) === 'of' ? wordAt(words, at + 3) : '';
  if (months.has(of)) return at + 4;
  return of === 'the' && unit.test(wordAt(words, at + 4)) ? at + 5 : at + 2;
}

/** Words that end a phrase with "every": "email every customer this week". */
const breaks = /^(?:this|in|on|at|by|for|to|from|with|call|[^a-z\d-].*)$/;

const season = /^(?:spring|summer|autumn|fall|winter|season|semester|term)$/;

/** "every 2.5 weeks", "every umpteen days", "every first blursday of the month", "every 2, 15, 40", "every easter". "every step" is none. */
function everyEnd(words: Words, at: number): number {
  const holiday = readHoliday(words, at + 1);
  if (holiday !== undefined) return holiday.next;
  if (season.test(wordAt(words, at + 1)) && endsNumber(words, at + 2)) return at + 2;
  let unknown = 0;
  for (let ahead = 1; ahead <= 6; ahead += 1) {
    const word = wordAt(words, at + ahead);
    if (unit.test(word)) return wordAt(words, at + ahead + 1) === 'of' ? at + ahead + 2 : at + ahead + 1;
    if (ahead <= 2 && (isWeekday(word) || months.has(word) || isAdverb(word))) return at + ahead + 1;
    if (isWeekday(word) && isNth(wordAt(words, at + 1))) return at + ahead + 1;
    // "every three to four days"
    const isTo = word === 'to' && numberOf(wordAt(words, at + ahead + 1)) !== undefined;
    const isCounting =
      isTo ||
      /^(?:of|the|or|so|and|a|half|other|umpteen|,|&)$/.test(word) ||
      isNth(word) ||
      numberOf(word) !== undefined;
    if (!isCounting && !/^-?\d/.test(word)) unknown += 1;
    // "every dog has its day"
    if (unknown > 1) break;
    if (word === '' || (breaks.test(word) && !isTo && !/^[,&]$/.test(word))) break;
  }
  const first = wordAt(words, at + 1);
  return /^-?\d/.test(first) || shape.test(first) ? listEnd(words, at + 1) : at;
}

/** "last week". "last day" is often something else. */
function lastEnd(words: Words, at: number): number {
  if (!/^(?:last|past|previous)$/.test(wordAt(words, at))) return at;
  return /^(?:week|month|year|weekend)$/.test(wordAt(words, at + 1)) ? at + 2 : at;
}

/** "late october", "early in october", "late next month", "all weekend", "nine thirty", "17h". "2h" is a length. */
function partEnd(words: Words, at: number): number {
  const word = wordAt(words, at);
  const next = wordAt(words, at + 1);
  if (/^(?:fifteen|thirty|forty-five)$/.test(next) && (numberOf(word) ?? 13) <= 12) return at + 2;
  if (word === 'all') return next === 'weekend' ? at + 2 : at;
  if (/^(?:1[3-9]|2[0-3])h$/.test(word)) return endsNumber(words, at + 1) ? at + 1 : at;
  if (word !== 'early' && word !== 'late') return at;
  if (/^(?:this|next)$/.test(next)) return /^(?:week|month|year)$/.test(wordAt(words, at + 2)) ? at + 3 : at;
  const monthAt = next === 'in' ? at + 2 : at + 1;
  return months.has(wordAt(words, monthAt)) ? monthAt + 1 : at;
}

const isTimePart = (part: string) =>
  isWeekday(part) || dayPartOf(part) !== undefined || /^\d{1,2}(?::\d\d)?[ap]m$/.test(part);

/** "sat/sun", "9am/tue", "3 fridays". */
function severalEnd(words: Words, at: number): number {
  const word = wordAt(words, at);
  if (count.test(word) && !/^(?:an?|the)$/.test(word) && pluralWeekdays.has(wordAt(words, at + 1)))
    return at + 2;
  if (!/[/+]/.test(word)) return at;
  const parts = word.split(/[/+]/);
  return parts.length > 1 && parts.every(isTimePart) ? at + 1 : at;
}

/** "2, 15, 40", "1st, 15th and 32nd". */
function listEnd(words: Words, at: number): number {
  let end = at + 1;
  for (;;) {
    const next = /^(?:,|and|&|or|to|-|–)$/.test(wordAt(words, end)) ? end + 1 : end;
    if (next === end || !/^\d/.test(wordAt(words, next)))
      return unit.test(wordAt(words, end)) ? end + 1 : end;
    end = next + 1;
  }
}
