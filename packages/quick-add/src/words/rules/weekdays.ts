import type { Weekday } from '@rondo/time/calendar';
import {
  afterSeparator,
  pluralWeekdays,
  skip,
  wordAt,
  weekdays,
  type Parsed,
  type Words,
} from '../../words.ts';

/** Monday to Friday. */
export const workdays: Weekday[] = [1, 2, 3, 4, 5];

/** Days by their weekdays. `isPlural`: "mondays" and "weekends", which say a recurrence without "every". */
export type WeekdaySet = { days: Weekday[]; isPlural: boolean };

/**
 * Reads "mon and thu", "mon, wed, fri", "mon wed fri", "mon/wed/fri", "mon+fri", "mon-fri", "m-f", "monday to friday", "weekdays".
 * @returns ISO weekdays, ascending, without duplicates
 */
export function readWeekdays(words: Words, at: number): Parsed<WeekdaySet> {
  const first = readItem(words, at);
  if (first === undefined) return undefined;
  const found = new Set(first.value.days);
  let { isPlural } = first.value;
  let { next } = first;
  for (;;) {
    const separated = afterSeparator(words, next);
    const start = separated === next ? next : skip(words, separated, /^(?:every|each|on)$/);
    const item = readItem(words, start);
    if (item === undefined) return { value: { days: [...found].toSorted((a, b) => a - b), isPlural }, next };
    // A weekday twice begins another list.
    if (item.value.days.every((day) => found.has(day)))
      return { value: { days: [...found].toSorted((a, b) => a - b), isPlural }, next };
    for (const day of item.value.days) found.add(day);
    isPlural ||= item.value.isPlural;
    next = item.next;
  }
}

function readItem(words: Words, at: number): Parsed<WeekdaySet> {
  const group = readGroup(words, at);
  if (group !== undefined) return group;
  const range = readRange(words, at);
  if (range !== undefined) return range;
  const word = wordAt(words, at);
  if (/^m[-–]f$/.test(word)) return { value: { days: workdays, isPlural: true }, next: at + 1 };
  const plural = pluralWeekdays.get(word);
  if (plural !== undefined) return { value: { days: [plural], isPlural: true }, next: at + 1 };
  const days = weekdaysOf(word);
  return days && { value: { days, isPlural: false }, next: at + 1 };
}

/** Whether these are Monday to Friday. */
export function isWorkdays(days: Weekday[]): boolean {
  return days.join('') === '12345';
}

/** Reads "weekday", "workdays", "business days", "weekend". */
export function readGroup(words: Words, at: number): Parsed<WeekdaySet> {
  const word = wordAt(words, at);
  const isSplit = /^(?:work|working|business|week)$/.test(word);
  const noun = isSplit ? wordAt(words, at + 1) : word;
  const next = isSplit ? at + 2 : at + 1;
  if (isSplit ? /^days?$/.test(noun) : /^(?:week|work)days?$/.test(noun))
    return { value: { days: workdays, isPlural: noun.endsWith('s') }, next };
  if (isSplit || !/^weekends?$/.test(noun)) return undefined;
  // "every weekend day"
  const isEach = noun === 'weekend' && /^days?$/.test(wordAt(words, next));
  if (isEach) return { value: { days: [6, 7], isPlural: wordAt(words, next).endsWith('s') }, next: next + 1 };
  return { value: { days: [6], isPlural: noun.endsWith('s') }, next };
}

/** Reads one weekday, or several in one word: "mon/wed", "mon+wed". */
function weekdaysOf(word: string): Weekday[] | undefined {
  const whole = weekdays.get(word);
  if (whole !== undefined) return [whole];
  if (!/^[a-z]+[/+]/.test(word)) return undefined;
  const days = word.split(/[/+]/).map((part) => weekdays.get(part));
  return days.every((day) => day !== undefined) ? days : undefined;
}

const anyWeekday = (word: string) => weekdays.get(word) ?? pluralWeekdays.get(word);

function readRange(words: Words, at: number): Parsed<WeekdaySet> {
  const [, attachedFrom, attachedTo] = /^([a-z]+)[-–]([a-z]+)$/.exec(wordAt(words, at)) ?? [];
  const isSeparate = /^(?:to|through|thru|till|until|-|–)$/.test(wordAt(words, at + 1));
  const toWord = attachedTo ?? (isSeparate ? wordAt(words, at + 2) : '');
  const from = anyWeekday(attachedFrom ?? wordAt(words, at));
  const to = anyWeekday(toWord);
  if (from === undefined || to === undefined) return undefined;
  const days = Array.from(
    { length: ((to - from + 7) % 7) + 1 },
    (_, ahead) => (((from - 1 + ahead) % 7) + 1) as Weekday,
  );
  return {
    value: { days: days.toSorted((a, b) => a - b), isPlural: pluralWeekdays.has(toWord) },
    next: attachedFrom === undefined ? at + 3 : at + 1,
  };
}
