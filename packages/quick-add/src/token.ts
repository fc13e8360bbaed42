/**
 * A word, a punctuation mark, or quoted text. The grammar compares `word`: lower case, and empty for quoted text, so that
 * no rule matches it. The title gets `text`. `start` and `end` are UTF-16 offsets.
 */
export type Token = {
  word: string;
  text: string;
  start: number;
  end: number;
  /** Whether white space precedes the token. */
  spaced: boolean;
  /** The name in `#"two words"` and `@"two words"`; `word` is then only the sign. */
  name?: string;
  /** Whether it is part of a name that a day begins: "christmas party", "Monday Club". `word` is then empty. */
  isOfDay?: boolean;
};
