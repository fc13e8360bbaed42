import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { wrongRows, type Row } from './support/corpus.ts';

/** The smallest share of right readings of each corpus. */
const goals = {
  cases: 1,
  recurring: 0.95,
  documented: 1,
  dates: 0.9,
  ranges: 0.9,
  traps: 0.97,
  half: 1,
  edges: 1,
  acceptance: 0.99,
  names: 0.98,
  typed: 1,
};

for (const [name, goal] of Object.entries(goals)) {
  test(`${name}: at least ${goal * 100} % of the phrases are read as expected`, (t) => {
    const rows = JSON.parse(
      readFileSync(new URL(`./corpora/${name}.json`, import.meta.url), 'utf8'),
    ) as Row[];
    const wrong = wrongRows(rows);
    const right = rows.length - wrong.length;
    const share = `${name}: ${right} of ${rows.length} (${((right / rows.length) * 100).toFixed(1)} %)`;
    t.diagnostic(share);
    assert.ok(right / rows.length >= goal, `${share}\n${wrong.join('\n')}`);
  });
}
