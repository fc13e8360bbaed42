import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunksOf, folded } from '../../src/domain/search-words.ts';

/** The words of a text, chunk by chunk; the whole of a run after `=`, that of a chunk after `/`. */
const split = (text: string) =>
  chunksOf(text).map(({ runs, whole }) => {
    const words = runs.map((run) =>
      run.parts.length > 1 && !run.isPaired ? `${run.parts.join(' ')} = ${run.whole}` : run.parts.join(' '),
    );
    return whole === undefined ? words.join(' ') : `${words.join(' ')} / ${whole}`;
  });

for (const [text, expected] of [
  ['Buy oat milk', ['buy', 'oat', 'milk']],
  ['Crop photo beach.png', ['crop', 'photo', 'beach png / beachpng']],
  ['www.example.org/guide/start', ['www example org guide start / wwwexampleorgguidestart']],
  ['billing@example.com', ['billing example com / billingexamplecom']],
  ['and/or', ['and or / andor']],
  ['1.2.3', ['1 2 3 / 123']],
  ['2027-01-15', ['2027 01 15 / 20270115']],
  ['snake_case_name', ['snake case name / snakecasename']],
  ['DS-7604 iphone15pro', ['ds 7604 / ds7604', 'iphone 15 pro = iphone15pro']],
  ['photo-DS7604.png', ['photo ds 7604 = ds7604 png / photods7604png']],
  ['at 9:30, C++!', ['at', '9 30 / 930', 'c']],
  ['Ring René', ['ring', 'rene']],
  ['Søren Łódź Straße ΟΔΟΣ İstanbul', ['soren', 'lodz', 'strasse', 'οδοσ', 'istanbul']],
  ['ﬁne ＡＢＣ１２３', ['fine', 'abc 123 = abc123']],
  ['שָׁלוֹם مُحَمَّد', ['שלום', 'محمد']],
  ['हिन्दी', ['हिन्दी']],
  ['買牛奶', ['買牛 牛奶 奶']],
  ['ラーメン', ['ラー ーメ メン ン']],
  ['กินข้าว', ['กิ ิน นข ข้ ้า าว ว']],
  ['ガス ﾊﾟﾝ', ['ガス ス', 'パン ン']],
  ['한국어 3월', ['한국 국어 어'.normalize('NFD'), '3 월'.normalize('NFD')]],
  ['第3章', ['第 3 章']],
  ['iPhone手机', ['iphone 手机 机']],
  ['🔥 — !', []],
] as [string, string[]][]) {
  test(`${text} has the words ${expected.join(' | ')}`, () => {
    assert.deepEqual(split(text), expected);
  });
}

test('a long word is cut to whole characters, in text and query alike', () => {
  const [word = ''] = split(`x${'𐐷'.repeat(100)}`);
  assert.ok(word.length <= 60 && word.isWellFormed());
  const long = chunksOf('x'.repeat(300));
  assert.equal(long[0]?.runs[0]?.parts[0], 'x'.repeat(60));
});

test('ASCII text takes the short way to the same result', () => {
  assert.equal(folded('DS-7604 Milk'), 'ds-7604 milk');
});
