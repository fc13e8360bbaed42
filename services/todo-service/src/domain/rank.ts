import { BASE_62_DIGITS, generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { Type } from 'typebox';

/** The most characters of a rank. */
const maxLength = 64;

/** A place in an order: texts of digits and letters, compared by their bytes. Between two of them there is always another. */
export const Rank = Type.String({
  minLength: 1,
  maxLength,
  pattern: '^[0-9A-Za-z]+$',
  'x-words': '1 to 64 digits and letters',
  examples: ['V'],
});

/** The digits of ranks, in the order of their bytes. */
export const rankDigits = BASE_62_DIGITS;

/** What begins the rank of a task that nobody moved: of `fractional-indexing`, a whole number of five digits. */
export const rankHead = 'e';

const digitsOfNumber = 5;

/** The rank of a task that nobody moved: later tasks come later. @param number of the task, from 1 to 62^5 - 1 */
export function rankOfNumber(number: number): string {
  const { length: base } = rankDigits;
  let digits = '';
  for (let rest = number; digits.length < digitsOfNumber; rest = Math.floor(rest / base))
    digits = (rankDigits[rest % base] ?? '') + digits;
  return rankHead + digits;
}

/** What follows all ranks with the same whole number. */
export function wholeAfter(rank: string): string {
  return generateKeyBetween(rank, null);
}

/** The rank without its fraction. */
export function wholeOf(rank: string): string {
  return generateKeyBetween(null, wholeAfter(rank));
}

/**
 * The rank of a task between two others. Without an upper one it is before the next whole number, which a creation may get.
 * @returns undefined if there is none in 64 characters
 */
export function rankBetween(lower: string | undefined, upper: string | undefined): string | undefined {
  const end = upper ?? (lower === undefined ? null : wholeAfter(lower));
  if (lower !== undefined && end !== null && lower >= end) return undefined;
  const rank = generateKeyBetween(lower ?? null, end);
  return rank.length <= maxLength ? rank : undefined;
}

/** Evenly spaced ranks between two others. @returns undefined if there are none in 64 characters */
export function ranksBetween(
  lower: string | null,
  upper: string | null,
  count: number,
): string[] | undefined {
  if (lower !== null && upper !== null && lower >= upper) return undefined;
  const ranks = generateNKeysBetween(lower, upper, count);
  return ranks.every(({ length }) => length <= maxLength) ? ranks : undefined;
}

const middle = 'V';

/** A rank after another one; a first one without it. It stays the same if there is none in 64 characters. */
export function rankAfter(last: string | undefined): string {
  if (last === undefined) return middle;
  const next = rankDigits[rankDigits.indexOf(last.at(-1) ?? '') + 1];
  if (next !== undefined) return last.slice(0, -1) + next;
  return last.length < maxLength ? last + middle : last;
}
