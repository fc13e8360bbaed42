import { Type } from 'typebox';

/** A place in an order: texts of digits and letters, compared by their bytes. Between two of them there is always another. */
export const Rank = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[0-9A-Za-z]+$',
  'x-words': '1 to 64 digits and letters',
  examples: ['V'],
});

const middle = 'V';

/** A rank after another one; a first one without it. It stays the same if there is none in 64 characters. */
export function rankAfter(last: string | undefined): string {
  if (last === undefined) return middle;
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const next = digits[digits.indexOf(last.at(-1) ?? '') + 1];
  if (next !== undefined) return last.slice(0, -1) + next;
  return last.length < 64 ? last + middle : last;
}
