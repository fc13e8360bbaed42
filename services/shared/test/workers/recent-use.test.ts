import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecentUse } from '../../src/workers/recent-use.ts';

test('use adds up, counts half after each half-life, and is forgotten in the end', () => {
  let now = 0;
  const use = createRecentUse({ halfLifeMs: 1_000, now: () => now });
  assert.equal(use.of('ada'), 0);
  use.add('ada', 1_000);
  use.add('ada', 500);
  assert.equal(use.of('ada'), 1_500);
  now = 2_000;
  assert.equal(use.of('ada'), 375);
  use.add('ada', 1_000);
  assert.equal(use.of('ada'), 1_375);
  assert.equal(use.of('bob'), 0);
  now = 30_000;
  assert.equal(use.of('ada'), 0);
});
