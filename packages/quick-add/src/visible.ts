const visibleCharacter = /[^\s\p{Cc}\p{DI}\u2800]/u;

/**
 * Whether a text shows something: white space, control characters, ignorable ones (Unicode, Default_Ignorable_Code_Point) and the empty
 * braille cell don't. Titles and names do.
 */
export function isVisible(text: string): boolean {
  return visibleCharacter.test(text);
}
