import type { Token } from '../tokens.ts';
import { dayPartOf } from './clock.ts';
import { beginsHoliday, endsHoliday, readHoliday } from './holidays.ts';
import { isNickname, titleAt, titleEnd } from './titles.ts';
import {
  endsNumber,
  months,
  ordinalOf,
  pluralWeekdays,
  remembered,
  wordAt,
  wordsAre,
  weekdays,
  type Words,
} from '../words.ts';

/**
 * Hides words that are spelt like a date and are part of a name: "Monday Night Football", "The 9/11 Report", "John 3:16",
 * "version 1.2.", "I sat on my glasses". A hidden word is empty for the grammar, like quoted text.
 */
export function hideNames(words: Words): void {
  const title = titleAt(words);
  if (title !== undefined) hide(words, title, titleEnd(words, title));
  for (const [at, token] of words.tokens.entries()) {
    if (!canBeName(token.word)) continue;
    const isHoliday = beginsHoliday(token.word);
    hide(words, at, at + nameLength(words, at), isHoliday);
  }
}

function hide({ tokens }: Words, first: number, end: number, isHoliday = false): void {
  for (let at = first; at < end; at += 1) {
    const hidden = tokens[at];
    if (hidden === undefined || hidden.name !== undefined) continue;
    hidden.word = '';
    hidden.isHoliday = isHoliday;
  }
}

/** A fast check before the others. */
const canBeName = remembered(
  (word) =>
    /^(?:\d|tom$|day$|noon$|midnight$)/.test(word) ||
    verbs.has(word) ||
    isDayName(word) ||
    beginsHoliday(word),
);

/** How many words from here on are a name, or 0. */
function nameLength(words: Words, at: number): number {
  const word = wordAt(words, at);
  if (/^\d/.test(word)) {
    if (isCountOfTitle(words, at)) return 2;
    if (!isNumberOfName(words, at)) return streetLength(words, at);
    // "pages 3-5"
    return /^[-–]$/.test(wordAt(words, at + 1)) && /^\d/.test(wordAt(words, at + 2)) ? 3 : 1;
  }
  if (verbs.has(word) && isVerb(words, at)) return 1;
  if (word === 'tom') return isPerson(words, at) ? 1 : 0;
  if (word === 'day' && isTitle(words, at, 3) && wordAt(words, at + 2) === 'tomorrow') return 3;
  const holiday = beginsHoliday(word) ? readHoliday(words, at) : undefined;
  // "Good Friday concert", unlike "every christmas call Ann"
  const isRecurring = /^(?:every|each|ev)$/.test(wordAt(words, at - 1));
  if (
    holiday !== undefined &&
    !isRecurring &&
    (!endsHoliday(words, at, holiday.next) || isByAuthor(words, at, holiday.next))
  )
    return holiday.next - at;
  if (word === 'noon' || word === 'midnight') return isMovie(words, at) ? 1 : 0;
  if (!isDayName(word)) return 0;
  if (isByAuthor(words, at, at + 1)) return 1;
  // "the friday report"
  if (weekdays.has(word) && /^(?:the|a|my|our|his|her|their|your)$/.test(wordAt(words, at - 1)))
    return endsNumber(words, at + 1) ||
      /^(?:\d|morning|afternoon|evening|night|week)/.test(wordAt(words, at + 1))
      ? 0
      : 1;
  // "Friday the 13th marathon"
  if (wordAt(words, at + 1) === 'the' && ordinalOf(wordAt(words, at + 2)) && !endsNumber(words, at + 3))
    return 3;
  if (dayCompounds.has(`${word} ${wordAt(words, at + 1)}`)) return 1;
  if (wordsAre(words, at - 3, 'thank', 'god', "it's")) return 1;
  if (isNickname(wordAt(words, at - 1))) return 1;
  return isInTitle(words, at) ? 1 + partsAfter(words, at) : 0;
}

/** "Friday by Defoe". */
function isByAuthor({ tokens }: Words, at: number, next: number): boolean {
  const [name, author] = [tokens[at], tokens[next + 1]];
  if (name === undefined || author === undefined || !isCapitalised(name) || !isCapitalised(author))
    return false;
  const isTuesdays = tokens[next]?.word === 'with' && pluralWeekdays.has(name.word);
  return (tokens[next]?.word === 'by' || isTuesdays) && !isDayName(author.word) && !months.has(author.word);
}

/** "High Noon", "Midnight in Paris". */
function isMovie({ tokens }: Words, at: number): boolean {
  const [before, token, after] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (token === undefined || !isCapitalised(token)) return false;
  if (before === undefined) {
    const noun = after?.word === 'in' ? tokens[at + 2] : after;
    return token.word === 'midnight' && noun !== undefined && isCapitalised(noun);
  }
  return (
    !/^(?:at|by|until|till|before|after|around|about|from|12|,)$/.test(before.word) && !isDayName(before.word)
  );
}

/** "Around the World in 80 Days", unlike "Call Ann in 3 Days". */
function isCountOfTitle({ tokens }: Words, at: number): boolean {
  const [first, unit] = [tokens[0], tokens[at + 1]];
  if (at === 0 || first === undefined || unit === undefined || !isCapitalised(unit)) return false;
  const isUnit = /^(?:days|weeks|months|years|hours|minutes|seconds)$/.test(unit.word);
  return isUnit && isCapitalised(first) && !taskVerbs.has(first.word);
}

const streets = /^(?:road|rd|street|st|avenue|ave|lane|drive|square|place|way|boulevard|court|terrace)$/;

/** "12 March Road". @returns the number of words before the street */
function streetLength(words: Words, at: number): number {
  return months.has(wordAt(words, at + 1)) && streets.test(wordAt(words, at + 2)) ? 2 : 0;
}

const dayNames = new Set(['today', 'tomorrow', 'tonight', 'yesterday']);
const isDayName = (word: string) => weekdays.has(word) || pluralWeekdays.has(word) || dayNames.has(word);

/** Names that begin with a day. */
const dayCompounds = new Set([
  'sunday times',
  'sunday telegraph',
  'sunday express',
  'sunday mirror',
  'sunday roast',
  'wednesday addams',
  'thursday next',
  'sat nav',
  'sat phone',
  'sat tv',
  'sun city',
  'sun microsystems',
  'sun ra',
  'sun tzu',
  'sun valley',
  'sun yat-sen',
]);

/** Nouns that a number with a dot or a slash names: "version 1.2.", "room 3/15". */
const numbered = new Set(
  (
    'version ver v release build section chapter page pages pp episode season room gate route article act scene verse ' +
    'figure table step part level lesson unit item issue ticket bug invoice size model apartment apt floor channel ' +
    'volume vol hymn no nr score ratio ip python node ubuntu ios android'
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
  if (/^\d{1,3}:\d/.test(word) && books.has(noun)) return !isAddressed.test(wordAt(words, nounAt - 1));
  if (/^(?:\d{1,4}|\d{8})$|^\d{1,3}[./]\d/.test(word) && numbered.has(noun)) return true;
  if (/^\d{8}$/.test(word) && /^(?:account|call|case|claim|order|phone)$/.test(noun)) return true;
  if (!/^\d{1,2}\/\d{1,2}$/.test(word)) return false;
  // "the 9/11 commission", and fractions: "1/2 cup", "2/3 of the work".
  const after = wordAt(words, at + 1);
  const isBeforeNoun = after !== '' && !/^\d/.test(after) && !endsNumber(words, at + 1);
  if (isBeforeNoun && (noun === 'the' || word === '9/11')) return true;
  const [upper = 0, lower = 0] = word.split('/').map(Number);
  return upper < lower && lower <= 10 && noun !== 'on' && (isBeforeNoun || after === 'of');
}

const verbs = new Set(['sat', 'sun', 'wed', 'mon']);
const pronoun = /^(?:i|he|she|we|they|you|it|who|cat|dog)$/;
const afterSat =
  /^(?:on|in|at|by|with|through|next|for|down|there|here|back|around|still|while|because|beside|under)$/;
const introducing = /^(?:on|by|next|this|every|each|ev|until|till|from|starting|last|due|before|after)$/;

/** Words that are a day only if nothing continues them: "I sat on my glasses", "sun cream", "mon ami", "they wed in June". */
function isVerb(words: Words, at: number): boolean {
  const [before, after] = [wordAt(words, at - 1), wordAt(words, at + 1)];
  const isIntroduced = introducing.test(before);
  switch (wordAt(words, at)) {
    case 'sat': {
      if (isExam(words, at)) return true;
      const isTime = after === 'at' && /^(?:\d.*|noon|midnight|night)$/.test(wordAt(words, at + 2));
      return pronoun.test(before) || (!isIntroduced && afterSat.test(after) && !isTime);
    }
    case 'wed':
      return pronoun.test(before) || before === 'to';
    case 'mon':
      return (
        !isIntroduced &&
        /^(?:ami|amie|amour|cher|chéri|cheri|coeur|cœur|dieu|petit|père|pere|general)$/.test(after)
      );
    default:
      return (
        sunnyThings.test(after) ||
        /^(?:the|that|a)$/.test(before) ||
        (after === 'and' && !weekdays.has(wordAt(words, at + 2)))
      );
  }
}

const sunnyThings =
  /^(?:cream|screen|glasses|hat|lotion|block|dress|flowers?|rise|set|bed|bath|tan|lounger|light|roof|moon|salutations?|spots?|shade|protection|visor|umbrella)$/;

/** "study for the SAT", "SAT prep". */
function isExam({ tokens }: Words, at: number): boolean {
  const [before, token, after] = [tokens[at - 1]?.word, tokens[at], tokens[at + 1]?.word ?? ''];
  return (
    token?.text === 'SAT' &&
    (before === 'the' || /^(?:prep|tests?|exam|scores?|practice|tutor|words)$/.test(after))
  );
}

const isAddressed =
  /^(?:call|ask|tell|e?mail|text|meet|ping|see|visit|pay|thank|invite|help|remind|to|with|for|from|and|of)$/;

/** "call Tom", not "buy milk tom 4pm". */
function isPerson(words: Words, at: number): boolean {
  const token = words.tokens[at];
  if (token !== undefined && isCapitalised(token)) return true;
  // "tom sawyer"
  const isTime =
    endsNumber(words, at + 1) || /^\d/.test(wordAt(words, at + 1)) || dayPartOf(wordAt(words, at + 1));
  return isAddressed.test(wordAt(words, at - 1)) || !isTime;
}

/** Whether a capitalised day is followed by a capitalised noun: "Watch Monday Night Football", "Read Tomorrow Never Dies". */
function isInTitle(words: Words, at: number): boolean {
  const { tokens } = words;
  const token = tokens[at];
  if (token === undefined || !isCapitalised(token)) return false;
  const parts = partsAfter(words, at);
  const noun = tokens[at + 1 + parts];
  if (at === 0 && parts === 0 && !beginsTitle(words, noun)) return false;
  if (introducing.test(wordAt(words, at - 1))) return false;
  return (
    noun !== undefined &&
    isCapitalised(noun) &&
    !isDayName(noun.word) &&
    !months.has(noun.word) &&
    !endsNumber(words, at + 1 + parts)
  );
}

/** "Tomorrow Never Dies" and "Sunday Bloody Sunday", unlike "Tomorrow call Ann" and "Tomorrow Call Ann". */
function beginsTitle(words: Words, noun: Token | undefined): boolean {
  if (noun === undefined || taskVerbs.has(noun.word)) return false;
  return isNickname(noun.word) || isTitle(words, 0, 3);
}

/** Verbs that many phrases begin with, after a day as well. */
const taskVerbs = new Set(
  (
    'ask book bring bake buy call cancel check clean collect cook create do draft drop email file find finish fix fly get give ' +
    'go help install invite look mail make meet move order organise organize paint pack pay phone pick plan post prepare ' +
    'print put read renew repair reply return review run schedule see sell send set ship sign start submit take talk tell ' +
    'text thank update visit walk wash watch water work write'
  ).split(' '),
);

/** The capitalised "Night" of "Monday Night Football". */
function partsAfter({ tokens }: Words, at: number): number {
  const part = tokens[at + 1];
  return part !== undefined && isCapitalised(part) && dayPartOf(part.word) !== undefined ? 1 : 0;
}

function isTitle({ tokens }: Words, at: number, length: number): boolean {
  const run = tokens.slice(at, at + length);
  return run.length === length && run.every(isCapitalised);
}

/** "Friday", but not "FRIDAY" and not a sentence in capitals. */
function isCapitalised({ text }: Token): boolean {
  return /^\p{Lu}\p{Ll}/u.test(text);
}
