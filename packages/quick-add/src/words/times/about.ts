import { endsNumber, numberOf, remembered, tomorrows, wordAt, weekdays, type Words } from '../../words.ts';

const about = new Set('about around approximately approx circa roughly toward towards ~'.split(' '));

/** The index after "about", "around" or "approx."; the same index if there is none of them. */
export function skipAbout(words: Words, at: number): number {
  if (!about.has(wordAt(words, at))) return at;
  const isDot = wordAt(words, at + 1) === '.' && words.tokens[at + 1]?.spaced === false;
  return isDot ? at + 2 : at + 1;
}

export function isAbout(word: string): boolean {
  return about.has(word);
}

/** The word of a time without "ish": "noonish", "eight-ish", "8ish". @returns undefined if it has none */
export const withoutIsh = (word: string): string | undefined => {
  if (!word.endsWith('ish')) return undefined;
  const hour = word.slice(0, word.endsWith('-ish') ? -4 : -3);
  return isHour(hour) ? hour : undefined;
};

const isHour = remembered(
  (word) =>
    /^(?:noon|midday|midnight|\d{1,2}(?:[:.]\d\d)?(?:[ap]m?)?)$/.test(word) || (numberOf(word) ?? 13) <= 12,
);

/** Verbs of a topic before "about", and words of an amount before each of these words: "talk about 9", "buy around 8". */
const topic =
  /^(?:talk|talks|ask|read|think|hear|know|learn|write|tell|worry|dream|sing|song|book|film|movie|story)$/;
const amount =
  /^(?:for|of|with|is|are|was|were|costs?|takes?|lasts?|weighs?|aged|buy|order|bring|need|pay|spend|eat|drink|cut|print|invite|sell|make|collect|get|score)$/;

/**
 * Whether the number after "about" is an hour: "around 8 tomorrow", "call Bob about 9", unlike "talk about 9 lives".
 * @param at the index of "about"
 */
export function isHourAfterAbout(words: Words, at: number, numberAt: number): boolean {
  const before = wordAt(words, at - 1);
  if (amount.test(before) || (wordAt(words, at) === 'about' && topic.test(before))) return false;
  const number = wordAt(words, numberAt);
  if (!/^(?:\d{1,2}(?:[:.]\d\d)?|[a-z]+)$/.test(number) || !endsNumber(words, numberAt + 1)) return false;
  return Number.parseInt(number, 10) <= 12 || !/^\d/.test(number) || isBeforeDay(words, numberAt + 1);
}

/** Whether a word can begin a day behind a time: "0800 tomorrow", "10-12 on friday". */
export function beginsDay(word: string): boolean {
  return weekdays.has(word) || tomorrows.has(word) || /^(?:today|tonight|on)$/.test(word);
}

/** Whether a day is at an index: "tomorrow", "on friday". */
export function isBeforeDay(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  return beginsDay(word) && (word !== 'on' || weekdays.has(wordAt(words, at + 1)));
}
