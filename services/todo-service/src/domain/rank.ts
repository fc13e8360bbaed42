import { BASE_62_DIGITS } from 'fractional-indexing';
import { Type } from 'typebox';

/** A place in an order: texts of digits and letters, compared by their bytes. Between two of them there is always another. */
export const Rank = Type.String({
  minLength: 1,
  maxLength: 64,
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

const middle = 'V';

/** A rank after another one; a first one without it. It stays the same if there is none in 64 characters. */
export function rankAfter(last: string | undefined): string {
  if (last === undefined) return middle;
  const next = rankDigits[rankDigits.indexOf(last.at(-1) ?? '') + 1];
  if (next !== undefined) return last.slice(0, -1) + next;
  return last.length < 64 ? last + middle : last;
}
