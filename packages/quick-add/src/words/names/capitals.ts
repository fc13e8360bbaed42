import type { Token } from '../../token.ts';

/** "Friday", but not "FRIDAY" and not a sentence in capitals. */
export function isCapitalised({ text }: Token): boolean {
  return /^\p{Lu}\p{Ll}/u.test(text);
}

/** Whether the tokens from an index on are this many capitalised words. */
export function areCapitalised(tokens: Token[], at: number, length: number): boolean {
  const run = tokens.slice(at, at + length);
  return run.length === length && run.every(isCapitalised);
}

/** "Friday", "FRIDAY" and "A", if no name hides them. */
export function isCapital(token: Token | undefined): boolean {
  return token !== undefined && token.word !== '' && /^\p{Lu}/u.test(token.text);
}
