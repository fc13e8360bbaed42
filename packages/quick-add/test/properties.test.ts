import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuickAdd } from '../src/parse-quick-add.ts';
import { anyContext, anyPhrase, anyText } from './support/arbitrary-phrase.ts';

test('the sentence of a phrase gives the same draft', () => {
  fc.assert(
    fc.property(anyText, anyContext, (text, context) => {
      const { draft, sentence } = parseQuickAdd(text, context);
      assert.deepEqual(parseQuickAdd(sentence, context).draft, draft, sentence);
    }),
    { numRuns: 5_000 },
  );
});

test('each text gives a title', () => {
  fc.assert(
    fc.property(anyText, anyContext, (text, context) => {
      assert.notEqual(parseQuickAdd(text, context).draft.title.trim(), '');
    }),
    { numRuns: 3_000 },
  );
});

test('spans are in order, do not overlap, and do not begin or end with white space', () => {
  fc.assert(
    fc.property(anyText, anyContext, (text, context) => {
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

test('unread words are in order, have their text, and do not overlap a span', () => {
  fc.assert(
    fc.property(anyText, anyContext, (text, context) => {
      const { spans, unread } = parseQuickAdd(text, context);
      let before = 0;
      for (const { start, end, text: words } of unread) {
        assert.ok(start >= before && end > start && end <= text.length);
        assert.equal(text.slice(start, end).trim().length, end - start);
        assert.equal(text.toWellFormed().replaceAll('\0', '\uFFFD').slice(start, end), words);
        assert.ok(spans.every((span) => span.end <= start || span.start >= end));
        before = end;
      }
    }),
    {
      numRuns: 2_000,
      examples: [
        [
          '1.3. buy in weekday days',
          { now: '1999-01-01T00:00:00.000Z', timeZone: 'Europe/Berlin', dateOrder: 'dmy' },
        ],
      ],
    },
  );
});

test('quoted text is the title, unchanged', () => {
  const storable = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text.trim() === text && text !== '');
  fc.assert(
    fc.property(storable, anyContext, (text, context) => {
      const quoted = `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
      assert.deepEqual(parseQuickAdd(quoted, context).draft, { title: text });
    }),
  );
});

test('case does not matter', () => {
  const plain = anyPhrase.filter((text) => !/["#@]|call/.test(text));
  fc.assert(
    fc.property(plain, anyContext, (text, context) => {
      const { title: _title, ...fields } = parseQuickAdd(text, context).draft;
      const { title: _upper, ...upper } = parseQuickAdd(text.toUpperCase(), context).draft;
      assert.deepEqual(upper, fields);
    }),
  );
});

test('a long text is read within a second', () => {
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
    parseQuickAdd(text.repeat(20_000 / text.length), { now: '2026-11-18T10:00:00Z', timeZone: 'UTC' });
    assert.ok(performance.now() - start < 1_000, `${text} took ${performance.now() - start} ms`);
  }
});
