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
];

for (const [what, part, end = ''] of nearMisses)
  test(`parsing takes time in proportion to the text: ${what}`, () =>
    assertLinear(15_000, (size) => parseQuickAdd(part.repeat(Math.ceil(size / part.length)) + end, context)));
