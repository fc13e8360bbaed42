import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../src/workers/turns.ts';

test('one piece of work for each key runs at a time, first come, first served', async () => {
  const turns = createTurns({ maxWaitMs: 60_000, maxWaiting: 5 });
  const order: string[] = [];
  const endFirst = await turns.take('a');
  const others = [1, 2, 3].map(async (n) => {
    const end = await turns.take('a');
    order.push(`a${n}`);
    end();
  });
  (await turns.take('b'))();
  order.push('b');
  endFirst();
  // A second call has no effect.
  endFirst();
  await Promise.all(others);
  assert.deepEqual(order, ['b', 'a1', 'a2', 'a3']);
  (await turns.take('a'))();
});

test('a wait that is too long, or one too many, is refused, and the next one goes on', async () => {
  const turns = createTurns({ maxWaitMs: 30, maxWaiting: 1 });
  const busy = { code: 'busy', status: 429, headers: { 'retry-after': '1' } };
  const end = await turns.take('a');
  const waiting = assert.rejects(turns.take('a'), busy);
  await assert.rejects(turns.take('a'), busy);
  await waiting;
  const next = turns.take('a');
  end();
  (await next)();
});
