import { areCapitalised, isCapitalised } from './capitals.ts';
import { dateNameLength } from './dates.ts';
import { isTaskVerb } from './task-verbs.ts';
import { endsNumber, wordAt, type Words } from '../../words.ts';
import { addressesPerson } from './words-before.ts';

/** How many words from a number on are a name, or 0: "The 9/11 Report", "John 3:16", "version 1.2.", "12 March Road". */
export function numberNameLength(words: Words, at: number): number {
  if (isCountOfTitle(words, at) || isMixedNumber(words, at)) return 2;
  if (!isNumberOfName(words, at)) return dateNameLength(words, at);
  // "pages 3-5"
  return /^[-–]$/.test(wordAt(words, at + 1)) && /^\d/.test(wordAt(words, at + 2)) ? 3 : 1;
}

/** "Around the World in 80 Days", unlike "Call Ann in 3 Days". */
function isCountOfTitle({ tokens }: Words, at: number): boolean {
  const [first, unit] = [tokens[0], tokens[at + 1]];
  if (at === 0 || first === undefined || unit === undefined || !isCapitalised(unit)) return false;
  const isUnit = /^(?:days|weeks|months|years|hours|minutes|seconds)$/.test(unit.word);
  return isUnit && areCapitalised(tokens, 0, 1) && !isTaskVerb(first.word);
}

/** "2 1/2 inch". */
function isMixedNumber(words: Words, at: number): boolean {
  const [, upper, lower] = /^(\d{1,2})\/(\d{1,2})$/.exec(wordAt(words, at + 1)) ?? [];
  if (!/^\d+$/.test(wordAt(words, at)) || upper === undefined) return false;
  return Number(upper) < Number(lower) && /^(?:[2-8]|16)$/.test(lower ?? '') && !endsNumber(words, at + 2);
}

/** Nouns that a number with a dot or a slash names: "version 1.2.", "room 3/15". */
const numbered = new Set(
  (
    'version ver v release build section chapter page pages pp episode season room gate route article act scene verse ' +
    'figure table step part level lesson unit item issue ticket bug invoice size model apartment apt floor channel ' +
    'volume vol hymn no nr score scored rating rated grade ratio ip python node ubuntu ios android'
  ).split(' '),
);

/** Books with verses: "John 3:16". */
const books = new Set(
  (
    'genesis exodus leviticus deuteronomy joshua judges ruth samuel kings chronicles ezra nehemiah esther job psalm ' +
    'psalms proverbs ecclesiastes isaiah jeremiah ezekiel daniel hosea joel amos jonah micah matthew matt mark luke ' +
    'john acts romans corinthians galatians ephesians philippians colossians thessalonians timothy titus hebrews ' +
    'james peter jude revelation surah quran verse scale ratio odds'
  ).split(' '),
);

function isNumberOfName(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  if (word === '24/7') return true;
  const nounAt = wordAt(words, at - 1) === ':' ? at - 2 : at - 1;
  const noun = wordAt(words, nounAt);
  if (/^\d{1,3}:\d/.test(word) && books.has(noun)) return !addressesPerson(wordAt(words, nounAt - 1));
  if (/^(?:\d{1,4}|\d{8})$|^\d{1,3}[./]\d/.test(word) && numbered.has(noun)) return true;
  if (/^\d{1,3}:\d{1,4}$/.test(word) && isAfterScale(words, at)) return true;
  if (/^\d{8}$/.test(word) && /^(?:account|call|case|claim|order|phone)$/.test(noun)) return true;
  return /^\d{1,2}\/\d{1,2}$/.test(word) && isFraction(words, at);
}

/** "scale drawing 1:50" */
function isAfterScale(words: Words, at: number): boolean {
  return [2, 3].some((back) => /^(?:scale|ratio|odds)$/.test(wordAt(words, at - back)));
}

const sized = /^(?:inch(?:es)?|bolts?|nuts?|screws?|drill|bits?|wrench|socket|plywood|hex)$/;
const played = /^(?:beat|time|meter|metre|bar|bars|signature|rhythm|waltz)$/;

/** "the 9/11 commission", "1/2 cup", "2/3 of the work", "5/16 bolts", "4/4 beat", "divide by 3/4". */
function isFraction(words: Words, at: number): boolean {
  const [before, word, after] = [wordAt(words, at - 1), wordAt(words, at), wordAt(words, at + 1)];
  const isBeforeNoun = after !== '' && !/^\d/.test(after) && !endsNumber(words, at + 1);
  if (isBeforeNoun && (before === 'the' || word === '9/11')) return true;
  const [upper = 0, lower = 0] = word.split('/').map(Number);
  if (/^(?:4|8|16)$/.test(String(lower)) && (played.test(after) || sized.test(after))) return true;
  if (before === 'by' && /^(?:divide|multiply|scale)$/.test(wordAt(words, at - 2))) return true;
  return upper < lower && lower <= 10 && before !== 'on' && (isBeforeNoun || after === 'of');
}
