import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuickAdd } from '../src/parse-quick-add.ts';
import { wednesday } from './support/phrases.ts';

/** Each span as its kind and the words it covers. */
function spansOf(phrase: string): string[] {
  const { spans } = parseQuickAdd(phrase, wednesday);
  return spans.map(({ start, end, kind }) => `${kind} ${phrase.slice(start, end)}`);
}

const titleOf = (phrase: string) => parseQuickAdd(phrase, wednesday).draft.title;
const sentenceOf = (phrase: string) => parseQuickAdd(phrase, wednesday).sentence;

test('each span has the kind of its words', () => {
  assert.deepEqual(
    spansOf('Call Ann, tomorrow at 3pm Europe/London for 30 min, remind me 2h before #home @phone !1'),
    [
      'date tomorrow',
      'time at 3pm',
      'zone Europe/London',
      'duration for 30 min',
      'reminder remind me 2h before',
      'list #home',
      'label @phone',
      'priority !1',
    ],
  );
  assert.deepEqual(spansOf('Gym every mon and thu at 7 starting 1 Dec for 5 weeks'), [
    'recurrence every mon and thu',
    'time at 7',
    'date starting 1 Dec',
    'recurrence for 5 weeks',
  ]);
  assert.deepEqual(spansOf('Gym every day until 1 Dec'), ['recurrence every day', 'recurrence until 1 Dec']);
  assert.deepEqual(spansOf('Holiday until 1 Dec'), ['date until 1 Dec']);
});

test('offsets are in UTF-16 code units, and any white space separates', () => {
  assert.deepEqual(parseQuickAdd('🎂🎂\u00a0party \n tomorrow\tat  9', wednesday), {
    draft: { title: '🎂🎂 party', due_date: '2026-11-19T09:00:00+01:00' },
    spans: [
      { start: 13, end: 21, kind: 'date' },
      { start: 22, end: 27, kind: 'time' },
    ],
    sentence: '"🎂🎂 party" on Thursday 19 November 2026 at 09:00',
    unread: [],
  });
  // The lower case of this letter has more code units.
  assert.deepEqual(spansOf('İİİ tomorrow'), ['date tomorrow']);
});

test('words that stay in the title have no span', () => {
  assert.deepEqual(spansOf('run for 30 min'), []);
  assert.deepEqual(spansOf('Call Ann tomorrow, Bob on friday'), ['date tomorrow']);
  assert.deepEqual(spansOf('tomorrow Asia/Tokyo'), ['date tomorrow']);
});

test('quoted text stays in the title unchanged', () => {
  assert.deepEqual(parseQuickAdd('Read "Tomorrow at 9,  #never !1" today', wednesday).draft, {
    title: 'Read Tomorrow at 9,  #never !1',
    due_date: '2026-11-18',
  });
  assert.equal(titleOf('“every day” is a song'), 'every day is a song');
  assert.equal(titleOf('„jeden tag“ tomorrow'), 'jeden tag');
  assert.equal(titleOf('"tomorrow"'), 'tomorrow');
  assert.equal(titleOf('every "mon" day'), 'every mon day');
  assert.equal(titleOf(String.raw`say "\"hi\" \\ C:\dir" tomorrow`), String.raw`say "hi" \ C:\dir`);
});

test('a quote within a word or without an end is plain punctuation', () => {
  assert.equal(titleOf('5" pipe tomorrow'), '5" pipe');
  assert.equal(titleOf('"Tomorrow never dies tomorrow'), '"Tomorrow never dies');
  assert.equal(titleOf('foo"bar tomorrow"baz'), 'foo"bar tomorrow"baz');
});

test('if no words are left for the title, it is the whole text', () => {
  assert.deepEqual(parseQuickAdd('  tomorrow   #home ', wednesday).draft, {
    title: 'tomorrow #home',
    due_date: '2026-11-19',
    list: 'home',
  });
  assert.equal(titleOf('"" !1'), '"" !1');
  assert.equal(titleOf(' \n '), 'Untitled');
  assert.equal(titleOf('\u200b'), 'Untitled');
  assert.equal(titleOf('\u200b tomorrow'), '\u200b tomorrow');
  assert.deepEqual(parseQuickAdd('call #\u200b @"\u2800"', wednesday).draft, {
    title: 'call #\u200b @"\u2800"',
  });
});

test('characters that PostgreSQL can not store are replaced one by one', () => {
  assert.deepEqual(parseQuickAdd('a\0b \ud800 tomorrow #\udc00', wednesday), {
    draft: { title: 'a\ufffdb \ufffd', due_date: '2026-11-19', list: '\ufffd' },
    spans: [
      { start: 6, end: 14, kind: 'date' },
      { start: 15, end: 17, kind: 'list' },
    ],
    sentence: '"a\ufffdb \ufffd" on Thursday 19 November 2026, #"\ufffd"',
    unread: [],
  });
});

test('punctuation around removed words is removed', () => {
  assert.equal(titleOf('Call Ann, tomorrow, about milk, eggs'), 'Call Ann about milk, eggs');
  assert.equal(titleOf('tomorrow – call Ann!'), 'call Ann!');
  assert.equal(titleOf('Call Ann tomorrow?'), 'Call Ann?');
});

test('names that are too long, and labels and reminders above the limit, stay in the title', () => {
  const long = 'x'.repeat(101);
  assert.equal(titleOf(`buy #${long}`), `buy #${long}`);
  assert.equal(titleOf(`buy @${long.slice(40)}`), `buy @${long.slice(40)}`);
  const labels = Array.from({ length: 51 }, (_, n) => `@l${n}`);
  assert.equal(titleOf(`buy ${labels.join(' ')}`), 'buy @l50');
  const reminders = Array.from({ length: 21 }, (_, n) => `remind me ${n + 1}h before`);
  assert.equal(titleOf(`buy tomorrow ${reminders.join(' ')}`), 'buy remind me 21h before');
});

test('the sentence is English', () => {
  assert.equal(
    sentenceOf(
      'Gym every other mon and thu at 7 for 1h30 for 5 weeks remind me 2h before #"my sports" @fun !2',
    ),
    '"Gym" every 2 weeks on Monday and Thursday, starting Thursday 19 November 2026 at 07:00, ' +
      'until Wednesday 23 December 2026, for 1 hour 30 minutes, remind me 2 hours before, #"my sports" @fun !2',
  );
  assert.equal(
    sentenceOf('Rent every! 3 months on the 1st, 15th and last day 10 times'),
    '"Rent" every! 3 months on the 1st, 15th and last day, starting Monday 30 November 2026, 10 times',
  );
  assert.equal(
    sentenceOf('Trip 1 Dec for 2 weeks remind me tomorrow'),
    '"Trip" on Tuesday 1 December 2026, for 14 days, remind me on Thursday 19 November 2026 at 09:00',
  );
});
