/**
 * Builds a PostgreSQL tsquery from typed text: all words must match, the last one as a prefix. Everything that is not a
 * word is ignored; without a word, nothing matches.
 */
export function searchQuery(typed: string): string {
  const words = typed.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return "'nothing typed'";
  return words.map((word, index) => `'${word}'${index === words.length - 1 ? ':*' : ''}`).join(' & ');
}
