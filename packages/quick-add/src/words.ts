import type { Day, Weekday } from '@rondo/time/calendar';
import type { DateOrder } from './quick-add.ts';
import type { Token } from './token.ts';

/** The input of the grammar: the tokens, and the day and instant (milliseconds) that "tomorrow" and "in 2 hours" count from. */
export type Words = { tokens: Token[]; today: Day; now: number; dateOrder: DateOrder };

/** The result of a rule of the grammar and the index of the next token; undefined if the rule doesn't match. */
export type Parsed<Value> = { value: Value; next: number } | undefined;

/** The word at an index in lower case; empty for quoted text, for names and after the end. */
export function wordAt({ tokens }: Words, at: number): string {
  return tokens[at]?.word ?? '';
}

/** Whether the words from an index on are these. */
export function wordsAre(words: Words, at: number, ...expected: string[]): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (wordAt(words, at + index) !== expected[index]) return false;
  return true;
}

/** Whether one of the words after an index is in a set. */
export function isAhead(words: Words, at: number, length: number, wanted: Set<string>): boolean {
  for (let index = at + 1; index <= at + length; index += 1)
    if (wanted.has(wordAt(words, index))) return true;
  return false;
}

const maxRemembered = 4_000;

/** Remembers what a test says of a word. Most words of a phrase begin nothing, and many are said again. */
export function remembered(test: (word: string) => boolean): (word: string) => boolean {
  const known = new Map<string, boolean>();
  return (word) => {
    let is = known.get(word);
    if (is === undefined) {
      is = test(word);
      if (known.size < maxRemembered && word.length <= 30) known.set(word, is);
    }
    return is;
  };
}

/** Maps a spelling to an ISO weekday, 1 for Monday to 7 for Sunday. */
export const weekdays = spellings(
  '- mon tue wed thu fri sat sun',
  '- monday tuesday wednesday thursday friday saturday sunday',
  '- - tues weds thur - - -',
  '- - - - thurs - - -',
) as Map<string, Weekday>;

/** As `weekdays`: "mondays". */
export const pluralWeekdays = spellings(
  '- mondays tuesdays wednesdays thursdays fridays saturdays sundays',
) as Map<string, Weekday>;

/** Spellings of "tomorrow" that are no name. */
export const tomorrows = new Set(
  'tomorrow tmr tmrw tmw tomorow tommorow tommorrow tomoz tmoro 2moro 2morrow'.split(' '),
);

/** Maps a spelling to 0 for January to 11 for December. */
export const months = spellings(
  'jan feb mar apr may jun jul aug sep oct nov dec',
  'january february march april may june july august september october november december',
  '- - - - - - - - sept - - -',
);

const smallNumbers = spellings(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
    'seventeen eighteen nineteen',
);
const units = [...smallNumbers].filter(([, value]) => value >= 1 && value <= 9);
for (const [index, tens] of 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').entries()) {
  const value = (index + 2) * 10;
  smallNumbers.set(tens, value);
  for (const [word, more] of units) smallNumbers.set(`${tens}-${word}`, value + more);
}
const ordinalWords = spellings(
  '- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth ' +
    'fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third ' +
    'twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first',
);

function spellings(...lines: string[]): Map<string, number> {
  const entries = lines.flatMap((line) =>
    line.split(' ').map((word, index): [string, number] => [word, index]),
  );
  return new Map(entries.filter(([word]) => word !== '-'));
}

/** Reads a positive whole number, in up to four digits or as a word: up to ninety-nine. */
export function numberOf(word: string): number | undefined {
  const value = /^\d{1,4}$/.test(word) ? Number(word) : smallNumbers.get(word);
  return value === 0 ? undefined : value;
}

/** 1 to 31 for "1st" to "31st" and "first" to "thirty-first", -1 for "last". */
export function ordinalOf(word: string): number | undefined {
  if (word === 'last') return -1;
  const [, digits] = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word) ?? [];
  const value = digits === undefined ? ordinalWords.get(word) : Number(digits);
  return value !== undefined && value >= 1 && value <= 31 ? value : undefined;
}

/** Reads a count: "3", "three", "a", "a couple of", "a few". */
export function readCount(words: Words, at: number): Parsed<number> {
  const first = wordAt(words, at);
  const start = first === 'a' || first === 'the' ? at + 1 : at;
  const word = wordAt(words, start);
  if (word === 'couple') return { value: 2, next: wordAt(words, start + 1) === 'of' ? start + 2 : start + 1 };
  if (word === 'few') return { value: 3, next: start + 1 };
  if (first === 'a' || first === 'an') return { value: 1, next: at + 1 };
  const value = numberOf(first);
  return value === undefined ? undefined : { value, next: at + 1 };
}

/** Words that can follow a time or date ("at 9 with Ann", "on the 15th at noon"), unlike a counted noun ("at 5 houses"). */
const followers = new Set(
  (
    'about after and annually apart approx approximately around as aside at barring because before besides between but by circa commencing daily due during each each! ' +
    'end ending ends eom ev ev! every every! everyday except excluding for from if in instead minus monthly next nightly nor not noon omitting on once only or ' +
    "over quarterly rather regarding remind roughly since skip skipping so start starting starts than the then this through thru thrice 'til " +
    'til till to today together tomorrow tonight twice unless until up via weekly when where while with without x yearly'
  ).split(' '),
);

/** Whether the number or the name before this index ends here, because no noun follows. */
export function endsNumber(words: Words, at: number): boolean {
  return isFollower(wordAt(words, at));
}

const isFollower = remembered((word) => {
  if (/^(?:[^a-z\d]|$)/.test(word) || followers.has(word) || word.includes('/')) return true;
  if (weekdays.has(word) || pluralWeekdays.has(word) || isTimesWord(word)) return true;
  if (/^m[-–]f$/.test(word)) return true;
  return /^[a-z]+[-–][a-z]+$/.test(word) && word.split(/[-–]/).every((day) => weekdays.has(day));
});

/** "x5", "5x" and "×5". */
export function isTimesWord(word: string): boolean {
  return /^(?:[x×]\d{1,4}|\d{1,4}[x×])$/.test(word);
}

/** The index after "," or "and" or ", and" or "&" or "/"; the same index if there is none of them. */
export function afterSeparator(words: Words, at: number): number {
  const afterComma = wordAt(words, at) === ',' ? at + 1 : at;
  return /^(?:and|&|\/)$/.test(wordAt(words, afterComma)) ? afterComma + 1 : afterComma;
}

/** A limit for the work on a long text. */
const maxItems = 31;

/** Reads one item or more: "a", "a and b", "a, b, c", "a, b and c". */
export function readList<Item>(
  words: Words,
  at: number,
  read: (words: Words, at: number) => Parsed<Item>,
): Parsed<Item[]> {
  const first = read(words, at);
  if (first === undefined) return undefined;
  const value = [first.value];
  let { next } = first;
  for (;;) {
    const start = afterSeparator(words, next);
    const item = start === next ? undefined : read(words, start);
    if (item === undefined || value.length === maxItems) return { value, next };
    value.push(item.value);
    next = item.next;
  }
}

/** The index after a word that can be left out. */
export function skip(words: Words, at: number, expected: string | RegExp): number {
  const word = wordAt(words, at);
  const is = typeof expected === 'string' ? word === expected : expected.test(word);
  return is ? at + 1 : at;
}
