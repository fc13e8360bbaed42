import { invisible } from '@rondo/shared/contracts/scalars';

const visibleCharacter = new RegExp(String.raw`[^\s${invisible}]`, 'u');

/** A text that has a visible character; undefined for any other. A name needs one. */
export function visible(text: string | undefined): string | undefined {
  return text !== undefined && visibleCharacter.test(text) ? text : undefined;
}
