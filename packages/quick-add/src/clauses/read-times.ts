import type { Clause } from './clause.ts';
import { readCalendarSpan } from '../words/times/durations.ts';
import { isAdverb } from '../words/rules/adverbs.ts';
import {
  endsNumber,
  isTimesWord,
  numberOf,
  skip,
  wordAt,
  wordsAre,
  type Parsed,
  type Words,
} from '../words.ts';

/** "twice a day" and "3 times daily" say how often, not how long. */
const isRate = (word: string) => /^(?:an?|per|each|every)$/.test(word) || isAdverb(word);

const counts = new Map([
  ['twice', 2],
  ['thrice', 3],
]);

/** Reads how often: "10 times", "x5", "twice", "a dozen times". */
export function readTimes(words: Words, at: number): Parsed<Clause> {
  const word = wordAt(words, at);
  const named = counts.get(word) ?? (isTimesWord(word) ? numberOf(word.replace(/[x×]/, '')) : undefined);
  // "twice in 3 weeks"
  const isInSpan = wordAt(words, at + 1) === 'in' && readCalendarSpan(words, at + 2) !== undefined;
  if (named !== undefined && endsNumber(words, at + 1) && !isRate(wordAt(words, at + 1)) && !isInSpan)
    return { value: { is: 'count', count: named }, next: at + 1 };
  if (
    (word === 'x' || word === '×') &&
    /^\d{1,4}$/.test(wordAt(words, at + 1)) &&
    endsNumber(words, at + 2)
  ) {
    const value = numberOf(wordAt(words, at + 1));
    return value === undefined ? undefined : { value: { is: 'count', count: value }, next: at + 2 };
  }
  if (word === 'once' && wordAt(words, at + 1) === '')
    return { value: { is: 'count', count: 1 }, next: at + 1 };
  if (word === 'another' && wordAt(words, at + 1) !== 'another') return readTimes(words, at + 1);
  const isDozen = wordsAre(words, at, 'a', 'dozen');
  const count = isDozen ? 12 : numberOf(word);
  const timesAt = skip(words, isDozen ? at + 2 : at + 1, 'more');
  if (count === undefined || !/^(?:times?|occurrences?|repetitions?)$/.test(wordAt(words, timesAt)))
    return undefined;
  return isRate(wordAt(words, timesAt + 1))
    ? undefined
    : { value: { is: 'count', count }, next: skip(words, timesAt + 1, 'only') };
}
