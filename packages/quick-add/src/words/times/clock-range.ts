import { beginsDay, skipAbout } from './about.ts';
import { readClock, type Clock } from './clock.ts';
import { endsNumber, wordAt, type Parsed, type Words } from '../../words.ts';

const halfDay = 720;
const wholeDay = 1_440;

/**
 * Reads "3pm-5pm", "9:00 to 10:30", "from 9 to 5", "between 9 and 11", "8pm - 11"; after a day also "10-12".
 * @param afterDay whether a day precedes, so that numbers are hours
 * @returns the time of the beginning, and the length in minutes
 */
export function readClockRange(
  words: Words,
  at: number,
  isExpected: boolean,
  afterDay: boolean,
): Parsed<{ clock: Clock; minutes: number }> {
  const start = skipAbout(words, at);
  const opener = wordAt(words, start);
  const isBetween = opener === 'between';
  const isFrom = isBetween || opener === 'from';
  const first = isFrom ? start + 1 : start;
  const isJoined = isDash(wordAt(words, first + 1)) && words.tokens[first + 1]?.spaced === false;
  // "pages 3-5" are numbers.
  const hasMeridiem = /^[ap]\.?m$/.test(wordAt(words, first + 3));
  const areNumbers =
    isJoined && !hasMeridiem && isNumber(wordAt(words, first)) && isNumber(wordAt(words, first + 2));
  const [from, to] = [Number(wordAt(words, first)), Number(wordAt(words, first + 2))];
  // "the score was 3-2 on sunday"
  if (areNumbers && from >= to && !(from >= 8 && to <= 6)) return undefined;
  const isBesideDay = afterDay || beginsDay(wordAt(words, first + 3));
  if (areNumbers && (!(isFrom || isBesideDay || opener === 'at') || !endsNumber(words, first + 3)))
    return undefined;
  const begin = readStart(words, first, isFrom || isJoined || isBesideDay, isExpected);
  if (begin === undefined) return undefined;
  const separator = wordAt(words, begin.next);
  const isTo = isBetween ? separator === 'and' : /^(?:to|until|till|[-–])$/.test(separator);
  if (!isTo) return undefined;
  // "8pm - 11": the end is a time because the start is one.
  const hasBareEnd = isFrom || (separator !== 'until' && separator !== 'till');
  const end = readClock(words, begin.next + 1, hasBareEnd ? 'bare' : false);
  return end && { value: rangeOf(begin.value, end.value), next: end.next };
}

/** In "3 to 4 pm" the end shows that 3 is a time. */
function readStart(words: Words, at: number, isBare: boolean, isExpected: boolean): Parsed<Clock> {
  const isHour = isNumber(wordAt(words, at)) && wordAt(words, at + 1) === 'to';
  const hasMeridiem =
    isHour &&
    /^(?:\d{1,2}(?::\d\d)?[ap]m|[ap]m)$/.test(
      /[ap]m$/.test(wordAt(words, at + 2)) ? wordAt(words, at + 2) : wordAt(words, at + 3),
    );
  return readClock(words, at, isBare || hasMeridiem ? 'bare' : isExpected);
}

function isDash(word: string): boolean {
  return word === '-' || word === '–';
}

function isNumber(word: string): boolean {
  return /^\d{1,2}$/.test(word);
}

/** In "7-9pm" 7 is in the evening, too; in "9pm to 11" so is 11. An end before the beginning is on the next day. */
function rangeOf(start: Clock, end: Clock): { clock: Clock; minutes: number } {
  const isLater = start.open && !end.open && start.minute < halfDay && start.minute + halfDay < end.minute;
  const begin = isLater ? start.minute + halfDay : start.minute;
  const endsLater = end.open && end.minute <= begin && end.minute + halfDay > begin;
  const until = endsLater ? end.minute + halfDay : end.minute;
  const clock = isLater ? { minute: begin, open: false } : start;
  return { clock, minutes: until > begin ? until - begin : until + wholeDay - begin };
}
