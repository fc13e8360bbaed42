import type { Token } from './tokens.ts';

/** Punctuation that only separates. Next to a removed word it is removed, too, like an "and" between two of them. */
const separators = /^(?:[,;.:]+|-|–|—)$/;

/**
 * Joins the tokens that are no part of an accepted clause, with one space for white space.
 * @param isTaken whether the token at an index is part of an accepted clause
 */
export function titleOf(tokens: Token[], isTaken: (index: number) => boolean): string {
  let title = '';
  let isAfterGap = false;
  for (const [index, token] of tokens.entries()) {
    if (isTaken(index) || isLeftover(tokens, index, isTaken)) {
      isAfterGap = true;
      continue;
    }
    const hasNoSpace = isAfterGap ? isMark(token) : !token.spaced;
    title += hasNoSpace || title === '' ? token.text : ` ${token.text}`;
    isAfterGap = false;
  }
  return title.trim();
}

function isMark({ word, spaced }: Token): boolean {
  return !spaced && /^[.:!?,;]+$/.test(word);
}

function isLeftover(tokens: Token[], index: number, isTaken: (index: number) => boolean): boolean {
  const word = tokens[index]?.word ?? '';
  const before = index > 0 && isTaken(index - 1);
  const after = index + 1 < tokens.length && isTaken(index + 1);
  return word === 'and' ? before && after : separators.test(word) && (before || after);
}
