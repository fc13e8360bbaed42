import { monthNames, weekdayNames } from '@rondo/quick-add/words';

export function weekdayName(weekday: number): string {
  return weekdayNames[weekday - 1] ?? '';
}

export function monthName(month: number): string {
  return monthNames[month - 1] ?? '';
}

/** "a", "a and b", "a, b and c". */
export function listOf(items: string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** "1st", "22nd", and from the end "last", "2nd to last". */
export function ordinal(number: number): string {
  if (number === -1) return 'last';
  if (number < 0) return `${ordinal(-number)} to last`;
  const isTeen = Math.floor(number / 10) % 10 === 1;
  const ending = isTeen ? undefined : ['th', 'st', 'nd', 'rd'][number % 10];
  return `${number}${ending ?? 'th'}`;
}

/** Numbers as positions, those from the end after the others: "the 1st, 15th and last". */
export function ordinals(numbers: number[], noun = ''): string {
  const forward = numbers.filter((number) => number > 0);
  const backward = numbers.filter((number) => number < 0);
  const words = [...forward, ...backward].map(ordinal);
  return `the ${listOf(words)}${noun === '' ? '' : ` ${noun}`}`;
}

/** "1 March 2027" of `2027-03-01`. */
export function dateInWords(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${day} ${monthName(month ?? 0)} ${year}`;
}
