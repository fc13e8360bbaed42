/** Characters that a terminal obeys or hides, except line ends: controls, and those that change the direction of text. */
const hidden = /(?!\n)[\p{Cc}\p{Cf}\u{2028}\u{2029}]/gu;

/** Text for a terminal. Names of files and the content of a backup may come from someone else. */
export function printable(text: string): string {
  return text.replaceAll(hidden, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
}
