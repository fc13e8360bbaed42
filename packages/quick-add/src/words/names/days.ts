import { isCapital, areCapitalised, isCapitalised } from './capitals.ts';
import { isTaskVerb } from './task-verbs.ts';
import { isNickname } from './titles.ts';
import { dayPartOf } from '../times/clock.ts';
import type { Token } from '../../token.ts';
import {
  endsNumber,
  months,
  ordinalOf,
  pluralWeekdays,
  wordAt,
  wordsAre,
  weekdays,
  type Words,
} from '../../words.ts';
import { introducesDay } from './words-before.ts';

const dayNames = new Set(['today', 'tomorrow', 'tonight', 'yesterday']);

/** Whether a word names a day: "friday", "mondays", "today". */
export function isDayName(word: string): boolean {
  return weekdays.has(word) || pluralWeekdays.has(word) || dayNames.has(word);
}

/** How many words from a day on are a name, or 0: "Monday Night Football", "Friday by Defoe", "sunday roast". */
export function dayNameLength(words: Words, at: number): number {
  const word = wordAt(words, at);
  if (isByAuthor(words, at, at + 1)) return 1;
  if (isThing(words, at) || isFamily(words, at)) return 1;
  // "Friday the 13th marathon"
  if (wordAt(words, at + 1) === 'the' && ordinalOf(wordAt(words, at + 2)) && !endsNumber(words, at + 3))
    return 3;
  if (beginsCompound(word, wordAt(words, at + 1))) return 2;
  if (wordsAre(words, at - 3, 'thank', 'god', "it's") || isNickname(wordAt(words, at - 1))) return 1;
  if (endsPerson(words, at)) return 1;
  return isInTitle(words, at) ? 1 + partsAfter(words, at) : 0;
}

/** "the friday report", unlike "the friday after" and "the friday morning". */
function isThing(words: Words, at: number): boolean {
  const isOwned = /^(?:the|a|my|our|his|her|their|your)$/.test(wordAt(words, at - 1));
  if (!isOwned || !weekdays.has(wordAt(words, at)) || endsNumber(words, at + 1)) return false;
  return !/^(?:\d|morning|afternoon|evening|night|week)/.test(wordAt(words, at + 1));
}

/** "the Mondays", "Wednesday season 2". */
function isFamily(words: Words, at: number): boolean {
  const token = words.tokens[at];
  if (token === undefined || !isCapitalised(token)) return false;
  const isSeries = /^(?:season|episode)$/.test(wordAt(words, at + 1)) && /^\d+$/.test(wordAt(words, at + 2));
  if (isSeries || wordAt(words, at - 1) !== 'the' || !pluralWeekdays.has(token.word)) return isSeries;
  return !/^(?:on|of|all|for|in|,|)$/.test(wordAt(words, at - 2));
}

/** Names that begin with a word of time, by that word. */
const compounds = new Map(
  Object.entries({
    sunday: 'times telegraph express mirror roast school',
    tuesday: 'weld',
    wednesday: 'addams campanella',
    thursday: 'next',
    friday: 'harbor',
    sat: 'nav phone tv',
    sun: 'city microsystems ra tzu valley yat-sen',
    midnight: 'blue feast oil snack sun train',
  }).map(([word, nouns]) => [word, new Set(nouns.split(' '))]),
);

export function beginsCompound(word: string, after: string): boolean {
  return compounds.get(word)?.has(after) === true;
}

/** "Mr. Friday", "Joe Friday", "His Girl Friday". */
function endsPerson({ tokens }: Words, at: number): boolean {
  const token = tokens[at];
  const before = tokens[at - 1]?.word === '.' ? tokens[at - 2] : tokens[at - 1];
  if (token === undefined || before === undefined || !isCapitalised(token) || !isCapitalised(before))
    return false;
  const name = before.text.toLowerCase();
  return /^(?:mr|mrs|ms|miss|dr)$/.test(name) || (token.word === 'friday' && /^(?:joe|girl)$/.test(name));
}

/** "Friday by Defoe". */
export function isByAuthor({ tokens }: Words, at: number, next: number): boolean {
  const [name, author] = [tokens[at], tokens[next + 1]];
  if (name === undefined || author === undefined || !isCapitalised(name) || !isCapitalised(author))
    return false;
  const isTuesdays = tokens[next]?.word === 'with' && pluralWeekdays.has(name.word);
  return (tokens[next]?.word === 'by' || isTuesdays) && !isDayName(author.word) && !months.has(author.word);
}

/** Whether a capitalised day is followed by a capitalised noun: "Watch Monday Night Football", "Read Tomorrow Never Dies". */
function isInTitle(words: Words, at: number): boolean {
  const { tokens } = words;
  const token = tokens[at];
  if (token === undefined || !isCapitalised(token)) return false;
  const parts = partsAfter(words, at);
  const noun = tokens[at + 1 + parts];
  if (at === 0 && parts === 0 && !beginsTitle(words, noun)) return false;
  if (introducesDay(wordAt(words, at - 1))) return false;
  return (
    noun !== undefined &&
    isCapitalised(noun) &&
    !isDayName(noun.word) &&
    !months.has(noun.word) &&
    !endsNumber(words, at + 1 + parts)
  );
}

/** Nouns that a day makes a name of: of a programme, an organisation or a place. A task rarely begins with them. */
const namedNouns = new Set(
  'show club harbor harbour island islands creek river bay beach valley hills prayer prayers kitchen league agreement accords herald tribune gazette'.split(
    ' ',
  ),
);

/**
 * The word after a day that begins the phrase, where each word has a capital. "Tomorrow Never Dies", "Sunday Bloody Sunday" and
 * "Friday Harbor ferry" are names; "Tomorrow call Ann", "Tomorrow Call Ann" and "Friday Anna arrives" are none.
 */
function beginsTitle({ tokens }: Words, noun: Token | undefined): boolean {
  if (noun === undefined || isTaskVerb(noun.word)) return false;
  // In a sentence of capitalised words, the capital of a noun says nothing.
  const isAlone = !isCapital(tokens[2]);
  return isNickname(noun.word) || (isAlone && namedNouns.has(noun.word)) || areCapitalised(tokens, 0, 3);
}

/** The capitalised "Night" of "Monday Night Football". */
function partsAfter({ tokens }: Words, at: number): number {
  const part = tokens[at + 1];
  return part !== undefined && isCapitalised(part) && dayPartOf(part.word) !== undefined ? 1 : 0;
}
