import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { isCapitalised } from '../names/capitals.ts';
import { adverbRule } from './adverbs.ts';
import { longest, readDatesOfYear, readOfMonth } from './days-after-every.ts';
import { withDetail } from './detail.ts';
import { readNthRule } from './nth-days.ts';
import { inQuarter } from './scope.ts';
import { workdays } from './weekdays.ts';
import { endsNumber, remembered, wordAt, type Parsed, type Words } from '../../words.ts';

/**
 * A word that says how often its noun is: "daily" in "daily standup", at an index. Without a rule, no rule says it: "twice-weekly", or
 * "daily and weekly" from `first` on.
 */
export type Adjective = { first: number; at: number; word: string; rule?: Rule };

/** Adjectives that are no adverbs. */
const others = new Map<string, Rule | undefined>([
  ['annual', ruleOf({ frequency: 'YEARLY' })],
  ['biennial', ruleOf({ frequency: 'YEARLY', interval: 2 })],
  ['half-yearly', ruleOf({ frequency: 'MONTHLY', interval: 6 })],
  ['semi-annual', ruleOf({ frequency: 'MONTHLY', interval: 6 })],
  ['semiannual', ruleOf({ frequency: 'MONTHLY', interval: 6 })],
  ['weekday', ruleOf({ frequency: 'WEEKLY', byDay: workdays.map((weekday) => ({ weekday, nth: null })) })],
  ...'twice-daily twice-weekly twice-monthly twice-yearly semi-weekly semi-monthly'
    .split(' ')
    .map((word): [string, undefined] => [word, undefined]),
]);

/** "everyday", "annually" and "biannually" are only adverbs, or describe no recurrence: "everyday shoes". */
const isKnown = remembered(
  (word) =>
    others.has(word) || (adverbRule(word) !== undefined && word !== 'everyday' && !word.endsWith('nually')),
);

export function isAdjective(word: string): boolean {
  // A fast check before the other.
  return (word.endsWith('ly') || word.endsWith('al') || word === 'weekday') && isKnown(word);
}

/** Pairs that say no recurrence: "annual leave", "hourly rate". */
const fixedPairs = new Map([
  ['annual', /^(?:leave|income|percentage)$/],
  ['hourly', /^(?:rates?|wages?|pay)$/],
  ['daily', /^(?:bread|driver)$/],
]);

/**
 * Finds the first adjective of recurrence before a noun. In a run of capitalised words it is part of a name: "The Daily Show",
 * "Weekly Report". The capital of the first word says nothing.
 * @param isTaken whether the token at an index is part of a clause
 */
export function findAdjective(words: Words, isTaken: (at: number) => boolean): Adjective | undefined {
  const { tokens } = words;
  let isFirst = true;
  for (const [at, token] of tokens.entries()) {
    if (
      isAdjective(token.word) &&
      !isTaken(at) &&
      isBeforeNoun(words, at, isTaken) &&
      !isName(words, at, isFirst)
    ) {
      const isPair = /^(?:and|or|&)$/.test(wordAt(words, at - 1)) && isAdjective(wordAt(words, at - 2));
      const rule = isPair ? undefined : (others.get(token.word) ?? adverbRule(token.word));
      return { first: isPair ? at - 2 : at, at, word: token.word, ...(rule && { rule }) };
    }
    isFirst &&= isTaken(at) || /^\W+$/.test(token.word);
  }
  return undefined;
}

function isBeforeNoun(words: Words, at: number, isTaken: (at: number) => boolean): boolean {
  const noun = wordAt(words, at + 1);
  // "weekly 1:1", unlike "monthly 12 times"
  if (isTaken(at + 1) || !/^(?:\p{L}|\d+[^\d])/u.test(noun) || endsNumber(words, at + 1)) return false;
  return fixedPairs.get(wordAt(words, at))?.test(noun) !== true;
}

function isName({ tokens }: Words, at: number, isFirst: boolean): boolean {
  const [token, noun] = [tokens[at], tokens[at + 1]];
  if (token === undefined || noun === undefined || !isCapitalised(token)) return false;
  return !isFirst || isCapitalised(noun);
}

/** Verbs and nouns of something that is done once: "cancel the monthly contract on friday", "weekly pass". */
const endings = /^(?:cancel|renew|quit|stop|unsubscribe|fix|repair|debug)$/;
const things =
  /^(?:subscription|membership|pass|ticket|planner|magazine|newspaper|contract|salary|allowance)$/;

export function isOfThing(words: Words, { at }: Adjective): boolean {
  return endings.test(wordAt(words, 0)) || things.test(wordAt(words, at + 1));
}

/** Reads the day that completes an adjective: "on friday" of "weekly", "on the 1st" of "monthly", "on 3 march" of "yearly". */
export function readDayOfAdjective(words: Words, { word, rule }: Adjective, at: number): Parsed<Rule> {
  if (rule === undefined || rule.byDay.length > 0) return undefined;
  const detail = withDetail(words, rule, at);
  switch (rule.frequency) {
    // "daily standup on friday" contradicts itself.
    case 'DAILY':
      return detail.value.byDay.length > 1 ? detail : undefined;
    case 'WEEKLY':
      return detail.next > at ? detail : undefined;
    case 'MONTHLY': {
      const eom = wordAt(words, at) === 'eom' ? readOfMonth(words, at) : undefined;
      const nth = detail.next > at ? detail : (readNthRule(words, at) ?? eom);
      if (nth === undefined || nth.value.frequency !== 'MONTHLY') return undefined;
      const value = { ...nth.value, interval: rule.interval };
      return { value: word === 'quarterly' ? inQuarter(value) : value, next: nth.next };
    }
    case 'YEARLY': {
      const nth = readNthRule(words, at);
      const named = longest(readDatesOfYear(words, at), nth?.value.frequency === 'YEARLY' ? nth : undefined);
      const dates = longest(detail.next > at ? detail : undefined, named);
      return dates && { value: { ...dates.value, interval: rule.interval }, next: dates.next };
    }
    case 'SECONDLY':
    case 'MINUTELY':
    case 'HOURLY':
      return undefined;
  }
}
