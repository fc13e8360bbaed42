import type { Day, Weekday } from '@rondo/time/calendar';
import type { Token } from './tokens.ts';

/** The input of the grammar: the tokens, and the day and instant (milliseconds) that "tomorrow" and "in 2 hours" count from. */
export type Words = { tokens: Token[]; today: Day; now: number };

/** The result of a rule of the grammar and the index of the next token; undefined if the rule doesn't match. */
export type Parsed<Value> = { value: Value; next: number } | undefined;

/** The word at an index in lower case; empty for quoted text and after the end. */
export function wordAt({ tokens }: Words, at: number): string {
  return tokens[at]?.word ?? '';
}

/** Maps a spelling to an ISO weekday, 1 for Monday to 7 for Sunday. */
export const weekdays = spellings(
  '- mon tue wed thu fri sat sun',
  '- monday tuesday wednesday thursday friday saturday sunday',
  '- mondays tuesdays wednesdays thursdays fridays saturdays sundays',
  '- - tues weds thur - - -',
  '- - - - thurs - - -',
) as Map<string, Weekday>;

/** Maps a spelling to 0 for January to 11 for December. */
export const months = spellings(
  'jan feb mar apr may jun jul aug sep oct nov dec',
  'january february march april may june july august september october november december',
  '- - - - - - - - sept - - -',
);

const smallNumbers = spellings('zero one two three four five six seven eight nine ten eleven twelve');
const ordinalWords = spellings('- first second third fourth fifth');

function spellings(...lines: string[]): Map<string, number> {
  const entries = lines.flatMap((line) =>
    line.split(' ').map((word, index): [string, number] => [word, index]),
  );
  return new Map(entries.filter(([word]) => word !== '-'));
}

/** Reads a positive whole number, in up to four digits or as a word up to twelve. */
export function numberOf(word: string): number | undefined {
  const value = /^\d{1,4}$/.test(word) ? Number(word) : smallNumbers.get(word);
  return value === 0 ? undefined : value;
}

/** 1 to 31 for "1st" to "31st" and "first" to "fifth", -1 for "last". */
export function ordinalOf(word: string): number | undefined {
  if (word === 'last') return -1;
  const [, digits] = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word) ?? [];
  const value = digits === undefined ? ordinalWords.get(word) : Number(digits);
  return value !== undefined && value >= 1 && value <= 31 ? value : undefined;
}

/** Words that can follow a time or date ("at 9 with Ann", "on the 15th at noon"), unlike a counted noun ("at 5 houses"). */
const followers = new Set(
  (
    'about after and at because before but by daily due each ending eom every for from if in monthly next noon on or ' +
    'over regarding remind since so starting the then this till to today together tomorrow tonight until via weekly ' +
    'when where while with yearly'
  ).split(' '),
);

/** Whether the number before this index ends here, because no counted noun follows. */
export function endsNumber(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  return /^[^a-z\d]|^$/.test(word) || followers.has(word) || weekdays.has(word) || word.includes('/');
}
