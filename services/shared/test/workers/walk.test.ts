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

test('what a step fails on holds up nothing behind it, and is tried again in the next round', async () => {
  const tried: string[] = [];
  const next = createWalk((after, onFound) => {
    const found = ['10', '20', '30'].find((id) => id > after);
    if (found === undefined) return Promise.resolve(undefined);
    onFound(found);
    tried.push(found);
    return found === '20' ? Promise.reject(new Error('poison')) : Promise.resolve(found);
  });
  for (let step = 0; step < 8; step += 1) await next().catch(() => undefined);
  assert.deepEqual(tried, ['10', '20', '30', '10', '20', '30']);
});

test('a step that fails before it finds anything is repeated', async () => {
  let isDown = false;
  const tried: string[] = [];
  const next = createWalk((after) => {
    tried.push(after);
    return isDown ? Promise.reject(new Error('no database')) : Promise.resolve('10');
  });
  await next();
  isDown = true;
  await assert.rejects(next());
  await assert.rejects(next());
  assert.deepEqual(tried.slice(1), ['10', '10']);
});
