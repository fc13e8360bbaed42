import { isCapital, isCapitalised } from './capitals.ts';
import type { Token } from '../../token.ts';
import { isAdverb } from '../rules/adverbs.ts';
import {
  months,
  numberOf,
  ordinalOf,
  pluralWeekdays,
  remembered,
  wordAt,
  weekdays,
  type Words,
} from '../../words.ts';

const media = /^(?:watch|watching|rewatch|read|reading|reread|play|stream|sing|record|download)$/;

/** Words within a title that have no capital: "Sunday in the Park with George". */
const small = /^(?:an?|and|at|by|for|from|in|of|on|or|the|to|vs|with|but|is|&)$/;

const introducing = /^(?:on|at|by|from|in|for|until|till)$/;

/**
 * The index of the first word of a title: after "watch", "listen to", "subscribe to", and of "Seven Days in May".
 * @returns undefined if no such word begins the phrase, or all of it is in capitals
 */
export function titleAt({ tokens }: Words): number | undefined {
  const [verb, second] = tokens;
  if (verb === undefined) return undefined;
  if (isCountOfTitle(tokens)) return 0;
  const at = media.test(verb.word) ? 1 : /^(?:listen|listening|subscribe)$/.test(verb.word) ? 2 : undefined;
  const isInCapitals = at !== undefined && verb.text === verb.text.toUpperCase();
  return isInCapitals || (at === 2 && second?.word !== 'to') ? undefined : at;
}

/** "Seven Days in May", "2 Days in Paris". */
function isCountOfTitle([count, unit, small]: Token[]): boolean {
  if (count === undefined || unit === undefined || !isCapitalised(unit)) return false;
  return (
    numberOf(count.word) !== undefined && isTimeNoun(unit.word) && /^(?:in|of|with)$/.test(small?.text ?? '')
  );
}

/**
 * Finds the end of a title: words with capitals, numbers, and small words between them. A date behind it is no part of it:
 * "watch Dune on Friday".
 * @returns the index after the title; `at` if no title begins there
 */
export function titleEnd(words: Words, at: number): number {
  let end = at;
  for (let next = at; !beginsDate(words, at, next); next = end) {
    const start = afterSmallWords(words, next);
    if (!isPart(words, start) && !isTimeOfTitle(words, at, start)) break;
    end = start + 1;
  }
  return withoutDay(words, at, end);
}

function afterSmallWords(words: Words, at: number): number {
  let next = at;
  while (next < at + 3 && small.test(wordAt(words, next)) && !isCapital(words.tokens[next])) next += 1;
  return next;
}

/** A word with a capital, or the number of "80 Days" and "Apollo 13". */
function isPart({ tokens }: Words, at: number): boolean {
  const token = tokens[at];
  if (token === undefined || token.name !== undefined) return false;
  const after = tokens[at + 1];
  return isCapital(token) || (/^\d+$/.test(token.word) && (after === undefined || isCapital(after)));
}

/** The time that begins a title: "3:10 to Yuma". */
function isTimeOfTitle(words: Words, first: number, at: number): boolean {
  if (at > first || !/^\d{1,2}:\d\d$/.test(wordAt(words, at))) return false;
  return wordAt(words, at + 1) === 'to' && isCapital(words.tokens[at + 2]);
}

/** "on Friday", "at 8", "in May", "every", unlike "in 80 Days", "on the Fourth of July", "Monday in May". */
function beginsDate(words: Words, first: number, at: number): boolean {
  const word = wordAt(words, at);
  if (/^(?:every|each)$/.test(word)) return at > first;
  if (!introducing.test(word)) return false;
  const next = wordAt(words, at + 1);
  if (/^\d/.test(next)) return !isCapital(words.tokens[at + 2]) || months.has(wordAt(words, at + 2));
  return isDay(next) && !isTimeNoun(wordAt(words, at - 1));
}

/** "Seven Days in May" goes on after the word for a time. */
function isTimeNoun(word: string): boolean {
  return isDay(word) || /^(?:days?|weeks?|months?|years?|hours?|nights?|mornings?)$/.test(word);
}

const isDay = remembered(
  (word) =>
    weekdays.has(word) ||
    pluralWeekdays.has(word) ||
    months.has(word) ||
    /^(?:today|tomorrow|tonight)$/.test(word),
);

/** Without the day of "watch Dune Friday", "read Emma May 5" and "Read Emma Daily". Weekdays and months always have a capital. */
function withoutDay(words: Words, at: number, end: number): number {
  const last = wordAt(words, end - 1);
  if (/^\d+$/.test(last) && months.has(wordAt(words, end - 2))) return Math.max(end - 2, at);
  if (isDay(last) && !isTitleDay(words, at, end - 1)) return Math.max(end - 1, at);
  return isAdverb(last) && isCapital(words.tokens[0]) ? Math.max(end - 1, at) : end;
}

/**
 * "Lazy Sunday", "The First Monday", "Seven Days in May", "The Day After Tomorrow", "Thank God It's Friday", "Come Monday", "Next
 * Friday", and each day before another one: "Dune Sunday tonight".
 */
function isTitleDay(words: Words, first: number, at: number): boolean {
  const before = wordAt(words, at - 1);
  if (isNickname(before) || isTimeNoun(before) || ordinalOf(before) !== undefined) return true;
  if (small.test(before) || /^(?:before|after|it['’]s|come|was|were|called)$/.test(before)) return true;
  const isWhich = at - 1 === first && /^(?:next|this|any|every)$/.test(before);
  return (isWhich && isCapital(words.tokens[first])) || beginsOtherDay(words, at + 1);
}

/** "tonight", "on friday", "this sunday". */
function beginsOtherDay(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  if (/^(?:today|tomorrow|tonight)$/.test(word)) return true;
  return /^(?:on|next|this)$/.test(word) && isDay(wordAt(words, at + 1));
}

/** Words that make a name of the day after them: "Black Friday" and "Casual Friday" are no Fridays of this week. */
const nicknames = new Set(
  (
    'black blue cyber casual freaky manic ruby super bloody giving tgi taco bowl business throwback lazy happy stormy ' +
    'given sweet gloomy rainy fat spy like hate love usa psychology'
  ).split(' '),
);

export function isNickname(word: string): boolean {
  return nicknames.has(word);
}
