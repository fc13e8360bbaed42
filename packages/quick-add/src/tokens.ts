import { joinNumbers } from './joined-numbers.ts';
import type { Token } from './token.ts';

const white = /\s*/y;
/** A comma is a token of its own, except within a number, and so is a bracket. */
const chunk = /(?:[^\s,;()[\]]|(?<=\d),(?=\d))+|[,;()[\]]/y;
const marks = '.:!?';
const dayDotMonthDot = /^(?:\d{1,2}\.(?:\d{1,2}\.)?[-–])?\d{1,2}\.\d{1,2}\.$/;
/** "3-5pm", "14h-16h", "0900-1030", "noon-2pm", "3rd–9th", "3.10.-9.10.", "10/3-10/9". */
const rangeEnd = String.raw`(?:\d{1,2}(?::\d\d|h\d\d)?(?:[ap]m|h|st|nd|rd|th)?|\d{4}|noon|midnight|\d{1,2}[./]\d{1,2}(?:[./](?:\d{4})?)?)`;
const range = new RegExp(`^(${rangeEnd})([-–])(${rangeEnd})$`, 'i');
/** "9am/9pm" and "8:00/20:00". */
const twoTimes = /^(\d{1,2}(?::\d\d)?[ap]m|\d{1,2}:\d\d)(\/)(\d{1,2}(?::\d\d)?[ap]m|\d{1,2}:\d\d)$/i;
/** "3.-9", "24./25" and "5.-7.10.": days with a dot. */
const dottedDays = /^(\d{1,2})(\.)([-–/])(\d{1,2}(?:\.\d{1,2}\.(?:\d{4})?)?)$/;
const fromCompletion = /^(?:every|each|ev)!/i;

/** Splits a text into tokens. Only white space is left out. "twenty third" and "1 1/2" of "1 1/2 hours" are one token. */
export function tokenize(text: string): Token[] {
  return joinNumbers(split(text), text);
}

function split(text: string): Token[] {
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
 * Takes `"…"`, `#"…"` or `@"…"`, and `'…'` with its marks. `unclosed` remembers quotes without a closing quote in the rest of the text, so that each
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
  const isSingle = closers.includes("'");
  if (isSingle && (sign !== '' || !spaced)) return undefined;
  const close = findClose(text, open + 1, closers, isSingle);
  if (close === undefined) {
    unclosed.add(closers);
    return undefined;
  }
  const end = close + 1;
  const inner = isSingle
    ? text.slice(start, end)
    : text.slice(open + 1, close).replaceAll(/\\(["“”„\\])/g, '$1');
  if (sign === '') tokens.push({ word: '', text: inner, start, end, spaced });
  else tokens.push({ word: sign, text: text.slice(start, end), start, end, spaced, name: inner });
  return end;
}

/** Phone keyboards insert curly quotes. */
function closersOf(open: string | undefined): string | undefined {
  if (open === '"') return '"';
  if (open === "'" || open === '‘') return "'’";
  return open === '“' || open === '„' ? '”“' : undefined;
}

/** @param isSingle whether a mark before a letter is an apostrophe */
function findClose(text: string, from: number, closers: string, isSingle: boolean): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && !isSingle) at++;
    else if (closers.includes(text.charAt(at)) && !(isSingle && /[\p{L}\p{N}]/u.test(text.charAt(at + 1))))
      return at;
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

/** Adds one token, or each part of a range of numbers. */
function pushBody(tokens: Token[], token: Token): void {
  if (token.word.startsWith('~') && /^~\d/.test(token.word)) {
    tokens.push({ ...token, word: '~', text: '~', end: token.start + 1 });
    const [word, text] = [token.word.slice(1), token.text.slice(1)];
    pushBody(tokens, { word, text, start: token.start + 1, end: token.end, spaced: false });
    return;
  }
  const parts = /^[\dnm].*[-–/]/.test(token.word)
    ? (range.exec(token.text) ?? twoTimes.exec(token.text) ?? dottedDays.exec(token.text))
    : null;
  if (parts === null) {
    tokens.push(token);
    return;
  }
  let { start, spaced } = token;
  for (const text of parts.slice(1)) {
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
