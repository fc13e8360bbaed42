import { civilOf, dayOf, type Day } from '@rondo/time/calendar';
import { firstDayOf } from '@rondo/recurrence/first-day';
import { parseRule } from '@rondo/recurrence/parse-rule';
import type { Rule } from '@rondo/recurrence/rule';
import { yearOf, type NamedDay } from './dates.ts';
import { endsNumber, wordAt, type Parsed, type Words } from '../../words.ts';

/** A day with a name. `rule` is absent where no recurrence rule can say it. `isMovable`: it has another date each year. */
export type Holiday = { rule?: Rule; isMovable: boolean; from: (day: Day) => Day | undefined };

/** Names without apostrophes, and the date: month and date, month and weekday, or days after Easter. Others are United States. */
const table: [names: string, rule: string | number][] = [
  ['new years day, new year day, new year, new years', 'BYMONTH=1;BYMONTHDAY=1'],
  ['new years eve, new year eve, nye', 'BYMONTH=12;BYMONTHDAY=31'],
  ['mlk day', 'BYMONTH=1;BYDAY=3MO'],
  ['groundhog day', 'BYMONTH=2;BYMONTHDAY=2'],
  ['valentines day, valentine day, valentines, valentine', 'BYMONTH=2;BYMONTHDAY=14'],
  ['presidents day', 'BYMONTH=2;BYDAY=3MO'],
  ['st patricks day, saint patricks day', 'BYMONTH=3;BYMONTHDAY=17'],
  ['april fools day, april fools', 'BYMONTH=4;BYMONTHDAY=1'],
  ['mothers day', 'BYMONTH=5;BYDAY=2SU'],
  ['memorial day', 'BYMONTH=5;BYDAY=-1MO'],
  ['juneteenth', 'BYMONTH=6;BYMONTHDAY=19'],
  ['fathers day', 'BYMONTH=6;BYDAY=3SU'],
  ['independence day, fourth of july', 'BYMONTH=7;BYMONTHDAY=4'],
  ['labor day, labour day', 'BYMONTH=9;BYDAY=1MO'],
  ['columbus day', 'BYMONTH=10;BYDAY=2MO'],
  ['all saints day', 'BYMONTH=11;BYMONTHDAY=1'],
  ['halloween', 'BYMONTH=10;BYMONTHDAY=31'],
  ['veterans day', 'BYMONTH=11;BYMONTHDAY=11'],
  ['thanksgiving day, thanksgiving', 'BYMONTH=11;BYDAY=4TH'],
  ['christmas eve, xmas eve', 'BYMONTH=12;BYMONTHDAY=24'],
  ['christmas day, christmas, xmas day, xmas', 'BYMONTH=12;BYMONTHDAY=25'],
  ['boxing day', 'BYMONTH=12;BYMONTHDAY=26'],
  ['shrove tuesday, mardi gras', -47],
  ['ash wednesday', -46],
  ['palm sunday', -7],
  ['maundy thursday', -3],
  ['good friday', -2],
  ['easter sunday, easter day, easter', 0],
  ['easter eve, holy saturday', -1],
  ['easter monday', 1],
  ['ascension day', 39],
  ['pentecost, whit sunday', 49],
  ['whit monday', 50],
  ['trinity sunday', 56],
  ['corpus christi', 60],
];

/** The names by their first word, the longest first. */
const byFirstWord = Map.groupBy(
  table
    .flatMap(([names, rule]) => {
      const holiday = holidayOf(rule);
      return names.split(', ').map((name) => ({ words: name.split(' '), holiday }));
    })
    .toSorted((a, b) => b.words.length - a.words.length),
  ({ words }) => words[0] ?? '',
);

function holidayOf(rule: string | number): Holiday {
  if (typeof rule === 'number') return { isMovable: true, from: (day) => easterFrom(day, rule) };
  const parsed = parseRule(`FREQ=YEARLY;${rule}`);
  return { rule: parsed, isMovable: parsed.byDay.length > 0, from: (day) => firstDayOf(parsed, day) };
}

/** Reads the name of a holiday: "christmas eve", "new year's day", "easter". */
export function readHoliday(words: Words, at: number): Parsed<Holiday> {
  for (const known of byFirstWord.get(plain(wordAt(words, at))) ?? [])
    if (known.words.every((word, index) => plain(wordAt(words, at + index)) === word))
      return { value: known.holiday, next: at + known.words.length };
  return undefined;
}

/** Reads the next such holiday, or that of the year after its name: "easter", "christmas 2027". */
export function readHolidayDay(words: Words, at: number): Parsed<NamedDay> {
  const holiday = readHoliday(words, at);
  if (holiday === undefined) return undefined;
  const year = yearOf(wordAt(words, holiday.next));
  // "christmas presents"
  if (year === undefined && !endsHoliday(words, at, holiday.next)) return undefined;
  const { from } = holiday.value;
  const day = from(words.today);
  if (day === undefined) return undefined;
  const exact = year === undefined ? undefined : from(dayOf(Number(year), 1, 1));
  if (exact !== undefined) return { value: { day: exact }, next: holiday.next + 1 };
  return { value: { day, from, isMovable: holiday.value.isMovable }, next: holiday.next };
}

/** Whether a holiday can begin with this word. */
export function beginsHoliday(word: string): boolean {
  return byFirstWord.has(plain(word));
}

const clockTime = /^\d{1,2}(?:[ap]m|:\d\d(?:[ap]m)?)$/;

/**
 * Whether the name of a holiday from `first` on ends before an index: "christmas presents" is something else, "christmas 5pm"
 * is not. An event that begins the phrase is on that day: "christmas eve service".
 */
export function endsHoliday(words: Words, first: number, at: number): boolean {
  const word = wordAt(words, at);
  if (endsNumber(words, at) || clockTime.test(word) || yearOf(word) !== undefined) return true;
  return isEvent(words, first, at);
}

/** "good friday service", "christmas dinner", "new year's eve party". A "christmas party" is on another day. */
export function isEvent(words: Words, first: number, at: number): boolean {
  // "new year's day concert tickets"
  if (first > 0 || !(endsNumber(words, at + 1) || clockTime.test(wordAt(words, at + 1)))) return false;
  const isOneDay = /^(?:eve|day|thanksgiving|(?:sun|mon|tues|wednes|thurs|fri)day)$/.test(
    wordAt(words, at - 1),
  );
  return meals.test(wordAt(words, at)) || (isOneDay && parties.test(wordAt(words, at)));
}

const meals = /^(?:breakfast|brunch|lunch|dinner|supper|mass|service)$/;
const parties =
  /^(?:barbecue|bbq|celebration|concert|drinks|feast|fireworks|hike|parade|party|picnic|run|swim|vigil|visit|walk)$/;

function plain(word: string): string {
  return word.includes("'") || word.includes('’') ? word.replaceAll(/['’]/g, '') : word;
}

function easterFrom(day: Day, daysAfter: number): Day {
  const { year } = civilOf(day);
  for (let ahead = 0; ; ahead += 1) {
    const found = easterOf(year + ahead) + daysAfter;
    if (found >= day) return found;
  }
}

/** Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher). */
function easterOf(year: number): Day {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const skipped = Math.floor(century / 4);
  const moon =
    (19 * golden + century - skipped - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) %
    30;
  const rest = (32 + 2 * (century % 4) + 2 * Math.floor((year % 100) / 4) - moon - (year % 4)) % 7;
  const shift = Math.floor((golden + 11 * moon + 22 * rest) / 451);
  const days = moon + rest - 7 * shift + 114;
  return dayOf(year, Math.floor(days / 31), (days % 31) + 1);
}
