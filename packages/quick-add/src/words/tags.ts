import { isVisible } from '../visible.ts';
import type { Parsed, Words } from '../words.ts';

export type Tag =
  | { is: 'list'; name: string }
  | { is: 'label'; name: string }
  | { is: 'priority'; priority: number };

const plainName = /^[^\s!-/:-@[-^`{-~].*$/u;

/** Reads `#list`, `@label`, `#"quoted name"`, `!1` to `!4` and `p1` to `p4`. `#1` is a number, not a list. */
export function readTag({ tokens }: Words, at: number): Parsed<Tag> {
  const token = tokens[at];
  if (token === undefined) return undefined;
  const [, priority] = /^[!p]([1-4])$/.exec(token.word) ?? [];
  if (priority !== undefined) return { value: { is: 'priority', priority: Number(priority) }, next: at + 1 };
  const sign = token.word[0];
  if (sign !== '#' && sign !== '@') return undefined;
  const name = (token.name ?? token.text.slice(1)).trim();
  if (!isVisible(name) || (token.name === undefined && !isPlain(name))) return undefined;
  const is = sign === '#' ? 'list' : 'label';
  return name.length > (is === 'list' ? 100 : 60) ? undefined : { value: { is, name }, next: at + 1 };
}

function isPlain(name: string): boolean {
  return plainName.test(name) && !/^\d+$/.test(name);
}

/** Writes a sign and a name so that `readTag` can read them. */
export function tagText(sign: '#' | '@', name: string): string {
  const needsNoQuotes = isPlain(name) && /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(name);
  return `${sign}${needsNoQuotes ? name : quote(name)}`;
}

/** Puts text into quotes, which the tokenizer removes. */
export function quote(text: string): string {
  const isPlainText = !text.includes('"') && !text.includes('\\');
  return isPlainText ? `"${text}"` : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
