import { isCapitalised } from './capitals.ts';
import { isDayName } from './days.ts';
import { dateOf } from '../days/dates.ts';
import { endsNumber, months, wordAt, type Words } from '../../words.ts';

const streets =
  /^(?:road|rd|street|st|avenue|ave|lane|drive|square|place|way|boulevard|court|terrace|close|crescent)$/;
/** Capitalised nouns that a date makes a name of: "May Park", "May Fourth Movement". */
const named =
  /^(?:park|gardens?|bridge|station|school|hospital|college|hall|fair|ball|festival|movement|revolution|uprising|agreement|accords?|act|treaty|crisis|massacre|plot|committee|manifesto)$/;

/** How many words of a date are part of a name, or 0: "12 March Road", "4th of July Avenue", "May Fourth Movement", "May Park". */
export function dateNameLength(words: Words, at: number): number {
  const isMonthFirst = months.has(wordAt(words, at));
  const monthAt = isMonthFirst ? at : wordAt(words, at + 1) === 'of' ? at + 2 : at + 1;
  if (!months.has(wordAt(words, monthAt))) return 0;
  const hasNumber = dateOf(wordAt(words, isMonthFirst ? at + 1 : at)) !== undefined;
  if (!isMonthFirst && !hasNumber) return 0;
  const nounAt = isMonthFirst && hasNumber ? at + 2 : monthAt + 1;
  const [token, noun] = [words.tokens[at], words.tokens[nounAt]];
  if (token === undefined || noun === undefined) return 0;
  const isStreet = streets.test(noun.word) && (hasNumber || isCapitalised(noun));
  return isStreet || (named.test(noun.word) && isCapitalised(noun)) ? nounAt - at : 0;
}

const unit = /^(?:day|night|week|weekend|month|year)$/;

/**
 * How many words are part of a name that a word before a day begins, or 0: "update Due Tomorrow widget", "Every Day Carry", unlike "call
 * Bob Every Friday" and a phrase in which each word has a capital.
 */
export function introducedNameLength(words: Words, at: number): number {
  const { tokens } = words;
  const [token, day, noun] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (token === undefined || day === undefined || noun === undefined || token.text === token.word) return 0;
  if (!isCapitalised(token) || !isCapitalised(day) || !(isDayName(day.word) || unit.test(day.word))) return 0;
  const isBeforeNoun = /^\p{L}/u.test(noun.text) && !endsNumber(words, at + 2);
  return isBeforeNoun && tokens.slice(Math.max(at - 8, 0), at).some(({ text }) => /^\p{Ll}/u.test(text))
    ? 2
    : 0;
}
