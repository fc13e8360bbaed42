export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The name of an ISO weekday, 1 to 7. */
export function weekdayName(weekday: number): string {
  return weekdayNames[weekday - 1] ?? '';
}

/** The name of a month, 1 to 12. */
export function monthName(month: number): string {
  return monthNames[month - 1] ?? '';
}

/** "a", "a and b", "a, b and c". */
export function listText(items: string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** "1 day", "2 days". */
export function countText(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** "1st", "22nd"; from the end "last", "2nd to last". */
export function ordinalText(number: number): string {
  if (number === -1) return 'last';
  if (number < 0) return `${ordinalText(-number)} to last`;
  const isTeen = Math.floor(number / 10) % 10 === 1;
  const ending = isTeen ? undefined : ['th', 'st', 'nd', 'rd'][number % 10];
  return `${number}${ending ?? 'th'}`;
}

/** Numbers as positions, those from the end last: "the 1st, 15th and last day". */
export function ordinalsText(numbers: number[], noun = ''): string {
  const forward = numbers.filter((number) => number > 0);
  const backward = numbers.filter((number) => number < 0);
  const words = [...forward, ...backward].map(ordinalText);
  return `the ${listText(words)}${noun === '' ? '' : ` ${noun}`}`;
}

/** "1 March 2027" of `2027-03-01`. */
export function dateText(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${day} ${monthName(month ?? 0)} ${year}`;
}
