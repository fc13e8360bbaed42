import fc from 'fast-check';
import type { QuickAddContext } from '../../src/quick-add.ts';

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
];

export const anyContext: fc.Arbitrary<QuickAddContext> = fc.record({
  now: fc
    .date({ min: new Date('1999-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  timeZone: fc.constantFrom(...zones),
});

/** Words of the grammar, in any order: most combinations have no meaning. */
const word = fc.constantFrom(
  ...(
    'buy milk call Ann today tomorrow tonight mon tuesday next this week month year in 2 3 days hours weeks a an 1 Mar ' +
    'March 1st 15th 31st 2028 1.3. 3/15 2027-03-01 2027-10-31T01:30:00-04:00 eom eoy weekend last first day of the 3pm 3 pm 15:00 at 9 12 noon ' +
    "midnight half past quarter to 8 morning night o'clock Europe/Berlin UTC EST CET every every! each other 3rd friday " +
    'weekday weekdays daily weekly monthly yearly and , ; . - ! ? on by due until ending starting from for 5 10 times 30 min 1h30 ' +
    'hour remind me before #home #"two words" @phone @"x y" !1 p2 !9 "quoted tomorrow" " \\ before, and'
  ).match(/[#@]?"[^" ]+ [^" ]+"|\S+/g)!,
);
const randomWords = fc.array(word, { maxLength: 16 }).map((words) => words.join(' '));

/** Clauses of the grammar: most combinations have a meaning. */
const clause = fc.constantFrom(
  'tomorrow',
  'next friday',
  'in 2 weeks',
  '1 Mar',
  '29 Feb',
  'eom',
  'at 9',
  'at 2:30',
  '15:00',
  'midnight',
  'in the evening',
  '3pm Asia/Kathmandu',
  '2:30 EST',
  'in 2 hours',
  'in 37 min',
  'every day',
  'every! 3 days',
  'every 9999 quarters',
  'every 999 quarters',
  'every other tue',
  'every 3rd friday',
  'every mon, wed and fri',
  'every month on the 31st',
  'every last day of the month',
  'every last weekday of the month',
  'every year on 29 Feb',
  'every 2 hours',
  'every morning',
  'every year on the last friday of march',
  'starting 1 Dec',
  'until 1 Mar',
  'for 5 weeks',
  '10 times',
  'for 30 min',
  '1am-4am',
  'from 9 to 11:30pm',
  'at 2 to 3',
  'today',
  'tonight',
  '2026-10-25',
  '2:30-2:45',
  'for 2 days',
  'for 1h30',
  'remind me 2h before',
  'remind me 1 week before and 1 day before',
  'remind me tomorrow at 2:30',
  'remind me at 9',
  'remind me on time',
  'remind me in 2 hours',
  'remind me to',
  '#home',
  '#"two words"',
  '@a',
  '@"b c"',
  '!1',
  'p3',
  'call Ann',
  '"call tomorrow"',
  ', and',
  '5" pipe',
  'x"y',
  String.raw`"a\"b\\"`,
);
/** A text of clauses. */
export const anyPhrase = fc.array(clause, { minLength: 1, maxLength: 8 }).map((clauses) => clauses.join(' '));
/** Any text. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme' }),
  randomWords,
  anyPhrase,
);
