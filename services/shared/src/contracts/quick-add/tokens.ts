/**
 * A word, a mark, or a quoted run. `word` is what the grammar compares: lower case, and empty for what is quoted, so
 * that no rule ever takes it. `text` is what the title gets of it. `start` and `end` are UTF-16 offsets.
 */
export type Token = {
  word: string;
  text: string;
  start: number;
  end: number;
  /** Whether white space stands before it. */
  spaced: boolean;
  /** The name in `#"two words"` and `@"two words"`, whose word is the sign alone. */
  name?: string;
};

const white = /\s*/y;
/** A comma is a token of its own, unless it stands within a number. */
const chunk = /(?:[^\s,;]|(?<=\d),(?=\d))+|[,;]/y;
const marksAtEnd = /[.:!?]+$/;
const dayDotMonthDot = /^\d{1,2}\.\d{1,2}\.$/;
const fromCompletion = /^(?:every|each)!/i;

/** Cuts a text into tokens; what is between them is white space and nothing else. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    white.lastIndex = at;
    white.exec(text);
    const start = white.lastIndex;
    if (start >= text.length) return tokens;
    const spaced = start > at || at === 0;
    at = takeQuoted(tokens, text, start, spaced) ?? takeChunk(tokens, text, start, spaced);
  }
}

/** Takes `"…"`, `#"…"` or `@"…"`; nothing where the quote is never closed. */
function takeQuoted(tokens: Token[], text: string, start: number, spaced: boolean): number | undefined {
  const sign = text[start] === '#' || text[start] === '@' ? text[start] : '';
  const open = start + sign.length;
  const closers = closersOf(text[open]);
  if (closers === undefined) return undefined;
  const close = findClose(text, open + 1, closers);
  if (close === undefined) return undefined;
  const inner = text.slice(open + 1, close).replaceAll(/\\(["“”„\\])/g, '$1');
  const end = close + 1;
  if (sign === '') tokens.push({ word: '', text: inner, start, end, spaced });
  else tokens.push({ word: sign, text: text.slice(start, end), start, end, spaced, name: inner });
  return end;
}

/** Keyboards of phones make the quotes curly. */
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

/** Takes what stands up to the next white space or comma, and the marks at its end as a token of their own. */
function takeChunk(tokens: Token[], text: string, start: number, spaced: boolean): number {
  chunk.lastIndex = start;
  chunk.exec(text);
  const end = chunk.lastIndex;
  const whole = text.slice(start, end);
  const bodyEnd = start + lengthWithoutMarks(whole);
  const body = text.slice(start, bodyEnd);
  if (body !== '') tokens.push({ word: body.toLowerCase(), text: body, start, end: bodyEnd, spaced });
  const marks = text.slice(bodyEnd, end);
  if (marks !== '')
    tokens.push({ word: marks, text: marks, start: bodyEnd, end, spaced: spaced && body === '' });
  return end;
}

function lengthWithoutMarks(whole: string): number {
  const [marks = ''] = marksAtEnd.exec(whole) ?? [];
  if (marks === '') return whole.length;
  const length = whole.length - marks.length;
  if (fromCompletion.test(whole)) return Math.max(length, whole.indexOf('!') + 1);
  return dayDotMonthDot.test(whole.slice(0, length + 1)) ? length + 1 : length;
}
