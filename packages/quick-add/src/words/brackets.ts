import type { Found } from '../clauses/clause.ts';
import type { Words } from '../words.ts';

/**
 * Hides what is in square brackets if only some of it says when: "[Monday notes]" is a name, "[tomorrow]" is a date.
 * Brackets around the whole phrase hide nothing.
 * @returns whether a clause was hidden
 */
export function hideBracketed({ tokens }: Words, found: Found[]): boolean {
  if (!tokens.some(({ word }) => word === '[')) return false;
  const isTaken = new Uint8Array(tokens.length);
  for (const { first, next } of found) isTaken.fill(1, first, next);
  let isHidden = false;
  let open: number | undefined;
  for (const [at, { word }] of tokens.entries()) {
    if (word === '[') open = at;
    if (word !== ']' || open === undefined) continue;
    const inside = isTaken.subarray(open + 1, at);
    const isWhole = open === 0 && at === tokens.length - 1;
    if (!isWhole && inside.includes(1) && inside.includes(0)) {
      for (const token of tokens.slice(open + 1, at)) if (token.name === undefined) token.word = '';
      isHidden = true;
    }
    open = undefined;
  }
  return isHidden;
}
