import type { Token } from './token.ts';

/** Punctuation that only separates. Next to a removed word it is removed, too, like an "and" between two of them. */
const separators = /^(?:[,;.:]+|-|–|—)$/;

/**
 * Joins the tokens that are no part of an accepted clause, with one space for white space.
 * @param isTaken whether the token at an index is part of an accepted clause
 */
export function titleOf(tokens: Token[], isTaken: (index: number) => boolean): string {
  const empty = emptyBrackets(tokens, isTaken);
  const isGone = (index: number) => isTaken(index) || empty.has(index);
  let title = '';
  let isAfterGap = false;
  for (const [index, token] of tokens.entries()) {
    if (isGone(index) || isLeftover(tokens, index, isGone)) {
      isAfterGap = true;
      continue;
    }
    const hasNoSpace = isAfterGap ? isMark(token) || /[([]$/.test(title) : !token.spaced;
    title += hasNoSpace || title === '' ? token.text : ` ${token.text}`;
    isAfterGap = false;
  }
  return title.trim();
}

/** The brackets around nothing but removed words. */
function emptyBrackets(tokens: Token[], isTaken: (index: number) => boolean): Set<number> {
  const empty = new Set<number>();
  if (!tokens.some(({ word }) => word === '(' || word === '[')) return empty;
  const open: { index: number; kept: number }[] = [];
  let kept = 0;
  for (const [index, { word }] of tokens.entries()) {
    if (word === '(' || word === '[') {
      open.push({ index, kept });
    } else if (word === ')' || word === ']') {
      const before = open.pop();
      if (before?.kept === kept && index > before.index + 1) empty.add(before.index).add(index);
    } else if (!isTaken(index) && !separators.test(word)) {
      kept += 1;
    }
  }
  return empty;
}

function isMark({ word, spaced }: Token): boolean {
  return !spaced && /^(?:[.:!?,;]+|[)\]])$/.test(word);
}

function isLeftover(tokens: Token[], index: number, isTaken: (index: number) => boolean): boolean {
  const word = tokens[index]?.word ?? '';
  const isGone = (at: number) => at >= 0 && at < tokens.length && isTaken(at);
  if (word !== 'and' && word !== 'then')
    return (isGone(index - 1) || isGone(index + 1)) && separators.test(word);
  // "tomorrow and then every week"
  const before = word === 'then' && tokens[index - 1]?.word === 'and' ? index - 2 : index - 1;
  const after = word === 'and' && tokens[index + 1]?.word === 'then' ? index + 2 : index + 1;
  return isGone(before) && isGone(after);
}
