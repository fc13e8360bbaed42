import type { Weekday } from '@rondo/time/calendar';
import { wordAt, weekdays, type Parsed, type Words } from '../words.ts';

/** Monday to Friday. */
export const workdays: Weekday[] = [1, 2, 3, 4, 5];

const groups = new Map<string, Weekday[]>([
  ['weekday', workdays],
  ['weekdays', workdays],
  ['workday', workdays],
  ['workdays', workdays],
  ['weekend', [6]],
  ['weekends', [6]],
]);

/**
 * Reads "mon and thu", "mon, wed, fri", "mon/wed/fri", "mon-fri", "monday to friday", "weekday".
 * @returns ISO weekdays, ascending, without duplicates
 */
export function readWeekdays(words: Words, at: number): Parsed<Weekday[]> {
  const group = groups.get(wordAt(words, at));
  if (group) return { value: group, next: at + 1 };
  const range = readRange(words, at);
  if (range) return range;
  const first = weekdaysOf(wordAt(words, at));
  if (first === undefined) return undefined;
  const found = new Set(first);
  let next = at + 1;
  for (;;) {
    const more = afterSeparator(words, next);
    const days = more === next ? undefined : weekdaysOf(wordAt(words, more));
    if (days === undefined) return { value: [...found].toSorted((a, b) => a - b), next };
    for (const day of days) found.add(day);
    next = more + 1;
  }
}

/** Reads one weekday, or several with slashes: "mon/wed". */
function weekdaysOf(word: string): Weekday[] | undefined {
  const whole = weekdays.get(word);
  if (whole !== undefined) return [whole];
  if (!word.includes('/')) return undefined;
  const days = word.split('/').map((part) => weekdays.get(part));
  return days.every((day) => day !== undefined) ? days : undefined;
}

function readRange(words: Words, at: number): Parsed<Weekday[]> {
  const [, attachedFrom, attachedTo] = /^([a-z]+)[-–]([a-z]+)$/.exec(wordAt(words, at)) ?? [];
  const isSeparate = /^(?:to|through|thru|-|–)$/.test(wordAt(words, at + 1));
  const from = weekdays.get(attachedFrom ?? wordAt(words, at));
  const to = weekdays.get(attachedTo ?? (isSeparate ? wordAt(words, at + 2) : ''));
  if (from === undefined || to === undefined) return undefined;
  const days = Array.from(
    { length: ((to - from + 7) % 7) + 1 },
    (_, ahead) => (((from - 1 + ahead) % 7) + 1) as Weekday,
  );
  return { value: days.toSorted((a, b) => a - b), next: attachedFrom === undefined ? at + 3 : at + 1 };
}

/** The index after ",", "and", "&" or ", and"; the same index if there is no separator. */
function afterSeparator(words: Words, at: number): number {
  const afterComma = wordAt(words, at) === ',' ? at + 1 : at;
  const word = wordAt(words, afterComma);
  return word === 'and' || word === '&' ? afterComma + 1 : afterComma;
}
