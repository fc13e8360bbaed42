import type { Token } from './tokens.ts';

/** Marks that only part words from words: next to what was taken they part nothing, and "and" joins nothing between. */
const separators = /^(?:[,;.:]+|-|–|—)$/;

/**
 * The words of a phrase that were not taken, in order, with one space where there was white space.
 * @param isTaken whether the token at an index was taken
 */
export function titleOf(tokens: Token[], isTaken: (index: number) => boolean): string {
  let title = '';
  let isApart = false;
  for (const [index, token] of tokens.entries()) {
    if (isTaken(index) || isIdle(tokens, index, isTaken)) {
      isApart = true;
      continue;
    }
    const sticks = isApart ? isMark(token) : !token.spaced;
    title += sticks || title === '' ? token.text : ` ${token.text}`;
    isApart = false;
  }
  return title.trim();
}

function isMark({ word, spaced }: Token): boolean {
  return !spaced && /^[.:!?,;]+$/.test(word);
}

function isIdle(tokens: Token[], index: number, isTaken: (index: number) => boolean): boolean {
  const word = tokens[index]?.word ?? '';
  const before = index > 0 && isTaken(index - 1);
  const after = index + 1 < tokens.length && isTaken(index + 1);
  return word === 'and' ? before && after : separators.test(word) && (before || after);
}
