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
};

const white = /\s*/y;
/** A comma is a token of its own, except within a number. */
const chunk = /(?:[^\s,;]|(?<=\d),(?=\d))+|[,;]/y;
const marks = '.:!?';
const dayDotMonthDot = /^\d{1,2}\.\d{1,2}\.$/;
/** "3-5pm". A range of other numbers stays one token. */
const timeRange = /^(\d{1,2}(?::\d\d)?(?:[ap]m)?)([-–])(\d{1,2}(?::\d\d)?(?:[ap]m)?)$/i;
const fromCompletion = /^(?:every|each)!/i;

/** Splits a text into tokens. Only white space is left out. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const unclosed = new Set<string>();
  let at = 0;
  for (;;) {
    white.lastIndex = at;
    white.exec(text);
    const start = white.lastIndex;
    if (start >= text.length) return tokens;
    const spaced = start > at || at === 0;
    at = takeQuoted(tokens, text, start, spaced, unclosed) ?? takeChunk(tokens, text, start, spaced);
  }
}

/**
 * Takes `"…"`, `#"…"` or `@"…"`. `unclosed` remembers quotes without a closing quote in the rest of the text, so that each
 * kind is searched for only once.
 * @returns the offset after it; undefined if there is no such quote or it is not closed
 */
function takeQuoted(
  tokens: Token[],
  text: string,
  start: number,
  spaced: boolean,
  unclosed: Set<string>,
): number | undefined {
  const sign = text[start] === '#' || text[start] === '@' ? text[start] : '';
  const open = start + sign.length;
  const closers = closersOf(text[open]);
  if (closers === undefined || unclosed.has(closers)) return undefined;
  const close = findClose(text, open + 1, closers);
  if (close === undefined) {
    unclosed.add(closers);
    return undefined;
  }
  const inner = text.slice(open + 1, close).replaceAll(/\\(["“”„\\])/g, '$1');
  const end = close + 1;
  if (sign === '') tokens.push({ word: '', text: inner, start, end, spaced });
  else tokens.push({ word: sign, text: text.slice(start, end), start, end, spaced, name: inner });
  return end;
}

/** Phone keyboards insert curly quotes. */
function closersOf(open: string | undefined): string | undefined {
  if (open === '"') return '"';
  return open === '“' || open === '„' ? '”“' : undefined;
}

function findClose(text: string, from: number, closers: string): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (closers.includes(text.charAt(at))) return at;
  }
  return undefined;
}

/** Takes the text up to the next white space or comma. Punctuation at its end becomes a token of its own. */
function takeChunk(tokens: Token[], text: string, start: number, spaced: boolean): number {
  chunk.lastIndex = start;
  chunk.exec(text);
  const end = chunk.lastIndex;
  const whole = text.slice(start, end);
  const bodyEnd = start + lengthWithoutMarks(whole);
  const body = text.slice(start, bodyEnd);
  if (body !== '') pushBody(tokens, { word: body.toLowerCase(), text: body, start, end: bodyEnd, spaced });
  const ending = text.slice(bodyEnd, end);
  if (ending !== '')
    tokens.push({ word: ending, text: ending, start: bodyEnd, end, spaced: spaced && body === '' });
  return end;
}

/** Adds one token, or three for a range of times. */
function pushBody(tokens: Token[], token: Token): void {
  const range = /[:m]/i.test(token.text) ? timeRange.exec(token.text) : null;
  if (range === null) {
    tokens.push(token);
    return;
  }
  let { start, spaced } = token;
  for (const text of range.slice(1)) {
    tokens.push({ word: text.toLowerCase(), text, start, end: start + text.length, spaced });
    start += text.length;
    spaced = false;
  }
}

function lengthWithoutMarks(whole: string): number {
  // A pattern that ends with `$` is tried from each mark on, which takes quadratic time.
  let length = whole.length;
  while (length > 0 && marks.includes(whole.charAt(length - 1))) length -= 1;
  if (length === whole.length) return length;
  if (fromCompletion.test(whole)) return Math.max(length, whole.indexOf('!') + 1);
  return dayDotMonthDot.test(whole.slice(0, length + 1)) ? length + 1 : length;
}
