import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formerSearchQuery, maxAsked, namesQuery, searchQuery } from '../../src/domain/search-query.ts';

const workspaceId = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The words that a query asks for, and how many of them stand in phrases. */
function asked(query: string): { words: number; inOrder: number } {
  const phrases = query.match(/'[^']*'(?::\*)?(?: <-> '[^']*'(?::\*)?)+/g) ?? [];
  return {
    words: wordsIn(query),
    inOrder: phrases.reduce((sum, phrase) => sum + wordsIn(phrase), 0),
  };
}
const wordsIn = (query: string) => query.match(/'[^']*'/g)?.length ?? 0;

const typed = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 500 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '7', ' ', '-', '.', '啊', '買', '한', 'é'), maxLength: 500 }),
  fc.constantFrom(
    '啊'.repeat(500),
    'a-'.repeat(250),
    'a '.repeat(250),
    'a1'.repeat(250),
    '啊-a '.repeat(125),
  ),
);

test('whatever is typed, a query has a bounded number of words, and of words in order', () => {
  fc.assert(
    fc.property(typed, (text) => {
      const { words, inOrder } = asked(searchQuery(workspaceId, text));
      assert.ok(
        words <= maxAsked.words && inOrder <= maxAsked.inOrder,
        `${words} words, ${inOrder} in order`,
      );
      assert.ok(wordsIn(formerSearchQuery(text)) <= maxAsked.words);
    }),
    { numRuns: 500 },
  );
});

test('the names of a filter have a bounded number of words, and each name has one', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '7', ' ', '-', '啊', '🔥'), maxLength: 100 });
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), (names) => {
      const query = namesQuery(workspaceId, names, 'any');
      assert.ok(wordsIn(query) <= maxAsked.ofNames, query);
      assert.equal(query.split(' | ').length, names.length);
    }),
  );
});

const withoutMarks = (query: string) => query.replaceAll(/'[0-9a-z]{4}/g, "'");

for (const [text, expected] of [
  ['oat milk', "'oat' & 'milk':*"],
  ['oat oat oat milk', "'oat' & 'milk':*"],
  ['ha-ha-ha', "('ha' <-> 'ha' <-> 'ha':* | 'hahaha':*)"],
  ['978-3-16-148410-0', "('978' <-> '3' <-> '16' <-> '148410' <-> '0':* | '9783161484100':*)"],
  ['買牛奶', "('買牛' <-> '牛奶':*)"],
] as const) {
  test(`${text} asks for all of its words, and once for what is there twice`, () => {
    assert.equal(withoutMarks(searchQuery(workspaceId, text)), expected);
  });
}

test('words beyond the bound of a phrase may be anywhere, also those of later phrases', () => {
  const letters = Array.from('abcdefghijklmnopqr');
  const query = withoutMarks(searchQuery(workspaceId, `${letters.join('-')} x-y`));
  const [inOrder, others] = [letters.slice(0, 16), letters.slice(16)].map((words) =>
    words.map((word) => `'${word}'`),
  );
  assert.equal(
    query,
    `(${inOrder?.join(' <-> ')} & ${others?.join(' & ')} | '${letters.join('')}') & ('x' & 'y':* | 'xy':*)`,
  );
});

test('words beyond the bound of a query are left out', () => {
  const words = Array.from({ length: 40 }, (_, n) => `w${'x'.repeat(n)}`);
  const query = withoutMarks(searchQuery(workspaceId, words.join(' ')));
  assert.equal(
    query,
    words
      .slice(0, 32)
      .map((word) => `'${word}'`)
      .join(' & '),
  );
});
