import { clockText } from '@rondo/time/iso-8601';
import { listText } from './english.ts';
import type { Rule } from './rule.ts';

/** More times of day than this are not listed one by one. */
const maxTimes = 6;

/** BYHOUR, BYMINUTE and BYSECOND in English: as times of day if they are few and without seconds, else each part. */
export function describeTimes({ byHour: hours, byMinute: minutes, bySecond: seconds }: Rule): string {
  const timeCount = hours.length * minutes.length;
  if (timeCount > 0 && timeCount <= maxTimes && seconds.every((second) => second === 0))
    return `at ${listText(hours.flatMap((hour) => minutes.map((minute) => clockText(hour * 60 + minute))))}`;
  return [
    hours.length > 0 ? `in ${hours.length === 1 ? 'hour' : 'hours'} ${runsText(hours)}` : '',
    minutes.length > 0 ? `at ${minutes.length === 1 ? 'minute' : 'minutes'} ${runsText(minutes)}` : '',
    seconds.length > 0 ? `at ${seconds.length === 1 ? 'second' : 'seconds'} ${runsText(seconds)}` : '',
  ]
    .filter((clause) => clause !== '')
    .join(' ');
}

/** Numbers, with runs of three or more shortened: "9 to 16 and 20". */
function runsText(numbers: number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  const words = runs.flatMap(({ first, last }) =>
    last - first > 1 ? [`${first} to ${last}`] : first === last ? [`${first}`] : [`${first}`, `${last}`],
  );
  return listText(words);
}
