import { listOf } from './english-words.ts';
import type { Rule } from './rule-parts.ts';

const mostTimes = 6;

/** BYHOUR, BYMINUTE and BYSECOND in English: times of the day where they are few and whole, else each by itself. */
export function describeTimes({ by_hour: hours, by_minute: minutes, by_second: seconds }: Rule): string {
  if (
    hours.length > 0 &&
    minutes.length > 0 &&
    hours.length * minutes.length <= mostTimes &&
    isWhole(seconds)
  )
    return `at ${listOf(hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)))}`;
  return [
    hours.length > 0 ? `in ${hours.length === 1 ? 'hour' : 'hours'} ${runs(hours)}` : '',
    minutes.length > 0 ? `at ${minutes.length === 1 ? 'minute' : 'minutes'} ${runs(minutes)}` : '',
    seconds.length > 0 ? `at ${seconds.length === 1 ? 'second' : 'seconds'} ${runs(seconds)}` : '',
  ]
    .filter((clause) => clause !== '')
    .join(' ');
}

function isWhole(seconds: number[]): boolean {
  return seconds.every((second) => second === 0);
}

/** Numbers with runs of three and more in short: "9 to 16 and 20". */
function runs(numbers: number[]): string {
  const found: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const run = found.at(-1);
    if (run?.last === number - 1) run.last = number;
    else found.push({ first: number, last: number });
  }
  const words = found.flatMap(({ first, last }) =>
    last - first > 1 ? [`${first} to ${last}`] : first === last ? [`${first}`] : [`${first}`, `${last}`],
  );
  return listOf(words);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
