import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Check } from 'typebox/value';
import { parseQuickAdd } from '../src/parse-quick-add.ts';
import { QuickAdd, type QuickAddContext } from '@rondo/shared/contracts/quick-add';
import { TaskDraft } from '@rondo/shared/contracts/task';

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
];

const context: fc.Arbitrary<QuickAddContext> = fc.record({
  now: fc
    .date({ min: new Date('1999-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  time_zone: fc.constantFrom(...zones),
});

/** Words of the grammar, in any order and number: most of what they make is no sense, and some of it is. */
const word = fc.constantFrom(
  ...(
    'buy milk call Ann today tomorrow tonight mon tuesday next this week month year in 2 3 days hours weeks a an 1 Mar ' +
    'March 1st 15th 31st 2028 1.3. 3/15 2027-03-01 2027-10-31T01:30:00-04:00 eom eoy weekend last first day of the 3pm 3 pm 15:00 at 9 12 noon ' +
    "midnight half past quarter to 8 morning night o'clock Europe/Berlin UTC EST CET every every! each other 3rd friday " +
    'weekday weekdays daily weekly monthly yearly and , ; . - ! ? on by due until ending starting from for 5 10 times 30 min 1h30 ' +
    'hour remind me before #home #"two words" @phone @"x y" !1 p2 !9 "quoted tomorrow" " \\ before, and'
  ).match(/[#@]?"[^" ]+ [^" ]+"|\S+/g)!,
);
const soup = fc.array(word, { maxLength: 16 }).map((words) => words.join(' '));

/** Whole clauses, which mostly make sense together. */
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
const phrase = fc.array(clause, { minLength: 1, maxLength: 8 }).map((clauses) => clauses.join(' '));
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme' }),
  soup,
  phrase,
);

test('its sentence gives the same draft', () => {
  fc.assert(
    fc.property(anything, context, (text, context) => {
      const { draft, sentence } = parseQuickAdd(text, context);
      assert.deepEqual(parseQuickAdd(sentence, context).draft, draft, sentence);
    }),
    { numRuns: 5_000 },
  );
});

test('any text gives a draft that a task can be made of, with a title', () => {
  fc.assert(
    fc.property(anything, context, (text, context) => {
      const parsed = parseQuickAdd(text, context);
      assert.notEqual(parsed.draft.title.trim(), '');
      if (parsed.draft.title.length > 255) return;
      assert.ok(Check(QuickAdd, parsed), JSON.stringify(parsed));
      assert.ok(Check(TaskDraft, parsed.draft), JSON.stringify(parsed.draft));
    }),
    { numRuns: 3_000 },
  );
});

test('spans are in order, do not overlap, and cover no white space at their ends', () => {
  fc.assert(
    fc.property(anything, context, (text, context) => {
      let before = 0;
      for (const { start, end } of parseQuickAdd(text, context).spans) {
        assert.ok(start >= before && end > start && end <= text.length);
        assert.equal(text.slice(start, end).trim().length, end - start);
        before = end;
      }
    }),
    { numRuns: 2_000 },
  );
});

test('quoted, any text is the title as it is', () => {
  const storable = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text.trim() === text && text !== '');
  fc.assert(
    fc.property(storable, context, (text, context) => {
      const quoted = `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
      assert.deepEqual(parseQuickAdd(quoted, context).draft, { title: text });
    }),
  );
});

test('case does not matter', () => {
  const plain = phrase.filter((text) => !/["#@]|call/.test(text));
  fc.assert(
    fc.property(plain, context, (text, context) => {
      const { title: _title, ...fields } = parseQuickAdd(text, context).draft;
      const { title: _upper, ...upper } = parseQuickAdd(text.toUpperCase(), context).draft;
      assert.deepEqual(upper, fields);
    }),
  );
});

test('a long text is read in little time', () => {
  const texts = [
    'due ',
    '"',
    '„ ',
    '#„ ',
    '"\\',
    '#"',
    'every ',
    'mon and ',
    '1 hour ',
    'remind me ',
    '1st and ',
    '(',
    '1,',
    '!',
    'in 2 ',
  ];
  for (const text of texts) {
    const start = performance.now();
    parseQuickAdd(text.repeat(20_000 / text.length), { now: '2026-11-18T10:00:00Z', time_zone: 'UTC' });
    assert.ok(performance.now() - start < 1_000, `${text} took ${performance.now() - start} ms`);
  }
});
