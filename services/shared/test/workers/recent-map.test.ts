import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecentMap } from '../../src/workers/recent-map.ts';

function open({ maxKeys = 100 } = {}) {
  let now = 0;
  const map = createRecentMap<number>({ keptMs: 10, maxKeys, now: () => now });
  return { map, pass: (ms: number) => (now += ms) };
}

test('a value is kept for its time after it was set, and forgotten when twice that has passed', () => {
  const { map, pass } = open();
  map.set('a', 1);
  pass(9);
  assert.equal(map.get('a'), 1);
  pass(1);
  assert.equal(map.get('a'), 1);
  map.set('b', 2);
  pass(10);
  assert.deepEqual([map.get('a'), map.get('b')], [undefined, 2]);
});

test('nothing is left after a long time in which nobody looked', () => {
  const { map, pass } = open();
  map.set('a', 1);
  pass(20);
  assert.deepEqual([map.get('a'), map.size], [undefined, 0]);
});

test('a value that is set again is kept, and many keys make it forget earlier ones', () => {
  const { map, pass } = open({ maxKeys: 2 });
  map.set('a', 1);
  pass(10);
  map.set('a', 3);
  pass(9);
  assert.equal(map.get('a'), 3);
  for (let key = 0; key < 1_000; key += 1) map.set(String(key), key);
  assert.equal(map.get('a'), undefined);
  assert.ok(map.size <= 4);
});
