import { readClock, type Clock } from './clock.ts';
import { wordAt, type Parsed, type Words } from '../words.ts';

const halfDay = 720;
const wholeDay = 1_440;

/** Reads "3pm-5pm", "9:00 to 10:30", "from 9 to 5". @returns the time of the beginning, and the length in minutes */
export function readClockRange(
  words: Words,
  at: number,
  isExpected: boolean,
): Parsed<{ clock: Clock; minutes: number }> {
  const isFrom = wordAt(words, at) === 'from';
  const first = isFrom ? at + 1 : at;
  const isJoined = isDash(wordAt(words, first + 1)) && words.tokens[first + 1]?.spaced === false;
  const start = readClock(words, first, isFrom || isJoined ? 'bare' : isExpected);
  if (start === undefined) return undefined;
  const separator = wordAt(words, start.next);
  if (!isDash(separator) && !/^(?:to|until|till)$/.test(separator)) return undefined;
  const end = readClock(words, start.next + 1, separator === 'to' || isJoined ? 'bare' : false);
  return end && { value: rangeOf(start.value, end.value), next: end.next };
}

function isDash(word: string): boolean {
  return word === '-' || word === '–';
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
