/**
 * What a person typed as a PostgreSQL tsquery: all words, the last one also as a beginning. Whatever is no word is
 * left out; without any word, nothing matches.
 */
export function searchQuery(typed: string): string {
  const words = typed.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return "'nothing typed'";
  return words.map((word, index) => `'${word}'${index === words.length - 1 ? ':*' : ''}`).join(' & ');
}
