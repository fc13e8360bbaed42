import { dayPartOf, type DayPart } from './clock.ts';
import { readDay } from '../days/anchors.ts';
import { readDateOfMonth } from '../days/days.ts';
import { skip, wordAt, wordsAre, type Parsed, type Words } from '../../words.ts';

/** Reads "in the morning", "at night", "first thing", "the evening of" before a day, and after a day "morning" and "mornings". */
export function readPart(words: Words, at: number, isAfterDay: boolean): Parsed<DayPart> {
  const isInThe = wordAt(words, at) === 'in' && wordAt(words, at + 1) === 'the';
  if (wordAt(words, at) === 'at' && wordAt(words, at + 1) === 'night')
    return { value: 'night', next: at + 2 };
  if (wordsAre(words, at, 'first', 'thing'))
    return { value: 'morning', next: wordsAre(words, at + 2, 'in', 'the', 'morning') ? at + 5 : at + 2 };
  const ofDay = readPartOf(words, at);
  if (ofDay !== undefined) return ofDay;
  if (!isInThe && !isAfterDay) return undefined;
  const partAt = isInThe ? at + 2 : at;
  const value = dayPartOf(wordAt(words, partAt), isAfterDay);
  return value === undefined ? undefined : { value, next: partAt + 1 };
}

/** Reads "the morning of" before a day. */
function readPartOf(words: Words, at: number): Parsed<DayPart> {
  const start = skip(words, skip(words, at, 'on'), 'the');
  const value = wordAt(words, start + 1) === 'of' ? dayPartOf(wordAt(words, start)) : undefined;
  const day = value && (readDay(words, start + 2) ?? readDateOfMonth(words, start + 2));
  return value && day && { value, next: start + 2 };
}
