import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWalk } from '../../src/workers/walk.ts';

test('a walk goes on after the id before, and ends when none is left', async () => {
  const work = new Map([
    ['10', 2],
    ['20', 1],
    ['30', 2],
  ]);
  const steps: string[] = [];
  const next = createWalk((after) => {
    const found = [...work.keys()].find((id) => id > after);
    if (found === undefined) return Promise.resolve(undefined);
    steps.push(found);
    const left = (work.get(found) ?? 0) - 1;
    if (left === 0) work.delete(found);
    else work.set(found, left);
    return Promise.resolve(found);
  });
  while (await next());
  assert.deepEqual(steps, ['10', '20', '30', '10', '30']);
});
