import { areCapitalised, isCapitalised } from './capitals.ts';
import { beginsCompound, dayNameLength, isByAuthor, isDayName } from './days.ts';
import { dateNameLength, introducedNameLength } from './dates.ts';
import { isLookAlike, isOtherWord } from './look-alikes.ts';
import { numberNameLength } from './numbers.ts';
import { titleAt, titleEnd } from './titles.ts';
import { beginsHoliday, endsHoliday, readHoliday } from '../days/holidays.ts';
import { months, remembered, wordAt, weekdays, type Words } from '../../words.ts';

/**
 * Hides words that are spelt like a date and are part of a name: "Monday Night Football", "The 9/11 Report", "John 3:16",
 * "version 1.2.", "I sat on my glasses". A hidden word is empty for the grammar, like quoted text.
 */
export function hideNames(words: Words): void {
  const title = titleAt(words);
  if (title !== undefined) hide(words, title, titleEnd(words, title));
  for (const [at, token] of words.tokens.entries()) {
    if (!canBeName(token.word)) continue;
    const isOfDay = beginsHoliday(token.word) || weekdays.has(token.word);
    hide(words, at, at + nameLength(words, at), isOfDay);
  }
}

function hide({ tokens }: Words, first: number, end: number, isOfDay = false): void {
  for (let at = first; at < end; at += 1) {
    const hidden = tokens[at];
    if (hidden === undefined || hidden.name !== undefined) continue;
    hidden.word = '';
    hidden.isOfDay = isOfDay;
  }
}

const introducing = new Set(['every', 'each', 'due', 'next']);

/** A fast check before the others. */
const canBeName = remembered(
  (word) =>
    /^(?:\d|day$|noon$|midnight$)/.test(word) ||
    introducing.has(word) ||
    months.has(word) ||
    isLookAlike(word) ||
    isDayName(word) ||
    beginsHoliday(word),
);

/** How many words from here on are a name, or 0. */
function nameLength(words: Words, at: number): number {
  const word = wordAt(words, at);
  if (/^\d/.test(word)) return numberNameLength(words, at);
  if (introducing.has(word)) return introducedNameLength(words, at);
  const date = months.has(word) ? dateNameLength(words, at) : 0;
  if (date > 0) return date;
  if (isLookAlike(word) && isOtherWord(words, at)) return 1;
  if (word === 'day' && areCapitalised(words.tokens, at, 3) && wordAt(words, at + 2) === 'tomorrow') return 3;
  const holiday = holidayNameLength(words, at);
  if (holiday > 0) return holiday;
  if (isDayName(word)) return dayNameLength(words, at);
  if (word !== 'noon' && word !== 'midnight') return 0;
  if (beginsCompound(word, wordAt(words, at + 1))) return 2;
  return isMovie(words, at) ? 1 : 0;
}

/** "Good Friday concert", unlike "every christmas call Ann". */
function holidayNameLength(words: Words, at: number): number {
  const holiday = beginsHoliday(wordAt(words, at)) ? readHoliday(words, at) : undefined;
  const isRecurring = /^(?:every|each|ev)$/.test(wordAt(words, at - 1));
  if (holiday === undefined || isRecurring) return 0;
  const isDate = endsHoliday(words, at, holiday.next) && !isByAuthor(words, at, holiday.next);
  return isDate ? 0 : holiday.next - at;
}

/** "High Noon", "Midnight in Paris". */
function isMovie({ tokens }: Words, at: number): boolean {
  const [before, token, after] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (token === undefined || !isCapitalised(token)) return false;
  if (before === undefined) {
    const noun = after?.word === 'in' ? tokens[at + 2] : after;
    return token.word === 'midnight' && noun !== undefined && isCapitalised(noun);
  }
  return (
    !/^(?:at|by|until|till|before|after|around|about|from|12|,)$/.test(before.word) && !isDayName(before.word)
  );
}
