import type { Rule } from '@rondo/recurrence/rule';
import { afterSeparator, ordinalOf, skip, wordAt, wordsAre, type Parsed, type Words } from '../../words.ts';

/** Days by their position in a month: dates, "2nd friday", "last workday". */
export type DaysOfMonth = Partial<Pick<Rule, 'byMonthDay' | 'byDay' | 'bySetPosition'>>;

/** Reads "1st", "1st and 3rd", "1st, 15th and last", "2nd to last". @returns those from the end, which are negative, come last */
export function readPositions(words: Words, at: number): Parsed<number[]> {
  const first = readPosition(words, at);
  if (first === undefined) return undefined;
  const found = new Set([first.value]);
  let { next } = first;
  for (;;) {
    const separated = afterSeparator(words, next);
    const position = separated === next ? undefined : readPosition(words, skip(words, separated, 'the'));
    if (position === undefined || found.has(position.value))
      return { value: [...found].toSorted(byPosition), next };
    found.add(position.value);
    next = position.next;
  }
}

/** Reads "3rd", "last", "2nd to last", "second-last", "last but one", "penultimate". */
function readPosition(words: Words, at: number): Parsed<number> {
  const word = wordAt(words, at);
  if (word === 'penultimate') return { value: -2, next: at + 1 };
  if (wordsAre(words, at, 'next', 'to', 'last')) return { value: -2, next: at + 3 };
  const [, attached] = /^([a-z\d]+)-(?:to-)?last$/.exec(word) ?? [];
  const nth = ordinalOf(attached ?? word);
  if (nth === undefined) return undefined;
  if (attached !== undefined) return nth > 1 ? { value: -nth, next: at + 1 } : undefined;
  if (nth < 0 && wordAt(words, at + 1) === 'but' && wordAt(words, at + 2) === 'one')
    return { value: -2, next: at + 3 };
  const lastAt = skip(words, at + 1, 'to');
  if (nth > 1 && wordAt(words, lastAt) === 'last') return { value: -nth, next: lastAt + 1 };
  return { value: nth, next: at + 1 };
}

/** The day before the last one: "the last day but one", "last friday but one". @returns undefined if it isn't one last day */
export function butOne({ byMonthDay, byDay = [], bySetPosition }: DaysOfMonth): DaysOfMonth | undefined {
  const counted = bySetPosition ?? byMonthDay ?? byDay.map(({ nth }) => nth);
  if (counted.length !== 1 || counted[0] !== -1) return undefined;
  if (byMonthDay) return { byMonthDay: [-2] };
  if (bySetPosition) return { byDay, bySetPosition: [-2] };
  return { byDay: byDay.map((day) => ({ ...day, nth: -2 })) };
}

function byPosition(a: number, b: number): number {
  return (a < 0 ? 100 + a : a) - (b < 0 ? 100 + b : b);
}
