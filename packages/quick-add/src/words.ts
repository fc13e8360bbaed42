import type { Day, Weekday } from '@rondo/time/calendar';
import type { Token } from './tokens.ts';

/** What is read: the tokens, and the day and instant that words like "tomorrow" and "in 2 hours" count from. */
export type Words = { tokens: Token[]; today: Day; now: number };

/** What a rule of the grammar understood, and the token after it; nothing where it did not. */
export type Parsed<Value> = { value: Value; next: number } | undefined;

/** The word at a place in lower case; empty for what is quoted and beyond the end. */
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

/** From a spelling to 0 for January to 11 for December. */
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

/** A whole number in digits (at most four) or in words up to twelve, not zero. */
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

/** What may follow a bare number ("at 9 with Ann", "on the 15th at noon") where a thing counted may not ("at 5 houses"). */
const followers = new Set(
  (
    'about after and at because before but by daily due each ending eom every for from if in monthly next noon on or ' +
    'over regarding remind since so starting the then this till to today together tomorrow tonight until via weekly ' +
    'when where while with yearly'
  ).split(' '),
);

/** Whether nothing that could belong to the number before it stands here. */
export function endsNumber(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  return /^[^a-z\d]|^$/.test(word) || followers.has(word) || weekdays.has(word) || word.includes('/');
}
