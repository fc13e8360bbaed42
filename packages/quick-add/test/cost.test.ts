import { test } from 'node:test';
import { assertLinear } from '@rondo/time/test/assert-linear';
import { parseQuickAdd } from '../src/parse-quick-add.ts';

const context = { now: '2026-11-28T10:00:00Z', timeZone: 'Europe/Berlin' };

/** Texts whose parts begin like something that the grammar knows, and then are not. */
const nearMisses: [what: string, part: string, end?: string][] = [
  ['marks that are followed by a letter', '!', 'a'],
  ['dots that are followed by a letter', '.', 'a'],
  ['quotes that are not closed', '“"„ '],
  ['escaped quotes', String.raw`"\"`],
  ['one word of letters', 'a'],
  ['one word of digits', '1'],
  ['one word of slashes', 'mon/', 'x'],
  ['commas', ','],
  ['white space', ' \t'],
  ['reminders without a time', 'remind me '],
  ['reminders joined by and', 'remind me at 9 and '],
  ['weekdays joined by and', 'every mon and '],
  ['ordinals joined by and', 'the 1st and 2nd and '],
  ['ordinals', '1st '],
  ['durations', '1h and 30 min and '],
  ['days', 'tomorrow at 9 '],
  ['recurrences', 'every day '],
  ['labels', '@label '],
  ['lists', '#list '],
  ['zones', '9:00 Europe/Berlinx '],
  ['dates', '2027-01-01 1.1. 1/2 '],
  ['white space in a title', 'a  '],
  ['brackets', '('],
  ['single quotes', " 'a"],
  ['exceptions', 'except '],
  ['days before days', '3 days before '],
  ['ranges of days', 'monday to '],
  ['lists of dates', 'may 3 and '],
  ['lists of positions', '1st mon and '],
  ['numbers', '1 2 '],
  ['recurrences without a unit', 'every '],
  ['names', 'Monday '],
  ['counts', 'another '],
  ['names in square brackets', '[monday notes] '],
  ['open square brackets', '[monday '],
  ['numbers of two words', 'twenty third '],
  ['counted weekdays', 'next 3 mondays '],
  ['ends of hours', 'every hour until 5pm '],
  ['lengths before a length', '30 min before '],
  ['halves', 'a week and a half '],
  ['alternatives', 'this or next '],
  ['a day far behind a recurrence', 'every day @a ', 'tomorrow'],
  ['connectors before a day', 'except for ', 'tomorrow'],
  ['titles', 'Watch Of The ', 'Friday'],
  ['adjectives', 'daily report '],
  ['days behind an adjective', 'on the 1st 2 october ', 'weekly report'],
  ['times behind an adjective', 'daily report at 9 '],
  ['names that a word before a day begins', 'Every Day Carry '],
  ['fractions', '1 1/2 hours '],
  ['days with dots', '3./5. '],
  ['times with about', 'around 8ish '],
];

for (const [what, part, end = ''] of nearMisses)
  test(`parsing takes time in proportion to the text: ${what}`, () =>
    assertLinear(15_000, (size) => parseQuickAdd(part.repeat(Math.ceil(size / part.length)) + end, context)));
