import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { createFairTurns } from '../../src/workers/fair-turns.ts';

const refusal = () => new AppError('busy', 'Try again.');
const open = (given: Partial<Parameters<typeof createFairTurns>[0]> = {}) =>
  createFairTurns({ maxWeight: 1, maxWaiting: 10, maxWaitMs: 60_000, refusal, now: () => 0, ...given });

/** Takes turns for keys that all ask at once, and ends each when it comes. @returns the order in which they came */
async function orderOf(turns: ReturnType<typeof open>, keys: string[]): Promise<string> {
  const order: string[] = [];
  await Promise.all(
    keys.map(async (key) => {
      const end = await turns.take(key, 1);
      order.push(key);
      end();
    }),
  );
  return order.join('');
}

test('keys take turns, however many of one key wait', async () => {
  const turns = open();
  const end = await turns.take('a', 1);
  const order = orderOf(turns, 'a a a a b b c'.split(' '));
  end();
  assert.equal(await order, 'bcabaaa');
});

test('one whose turns took less time lately goes before all who came earlier', async () => {
  let nowMs = 0;
  const turns = open({ halfLifeMs: 2_000, now: () => nowMs });
  const takeFor = async (key: string, ms: number) => {
    const end = await turns.take(key, 1);
    nowMs += ms;
    end();
  };
  for (const [key, ms] of [
    ['a', 3_000],
    ['b', 5_000],
    ['c', 4_000],
  ] as const)
    await takeFor(key, ms);
  const end = await turns.take('d', 1);
  const order = orderOf(turns, 'c b a e'.split(' '));
  end();
  assert.equal(await order, 'eabc', 'half of what was used counts after 2 s');
  nowMs += 60_000;
  const endAgain = await turns.take('d', 1);
  const later = orderOf(turns, 'c b a'.split(' '));
  endAgain();
  assert.equal(await later, 'cba', 'all of it is long ago');
});

test('a key has one turn at a time, and others have the rest', async () => {
  const turns = open({ maxWeight: 2 });
  const endFirst = await turns.take('a', 1);
  let isSecond = false;
  const second = turns.take('a', 1).then((end) => {
    isSecond = true;
    return end;
  });
  const endOther = await turns.take('b', 1);
  assert.equal(isSecond, false);
  endFirst();
  endFirst();
  (await second)();
  endOther();
  assert.equal(await orderOf(turns, ['c', 'c']), 'cc');
});

test('light turns go together, and overtake no heavy one', async () => {
  const turns = open({ maxWeight: 4 });
  const ends = await Promise.all(['a', 'b'].map((key) => turns.take(key, 2)));
  const order: string[] = [];
  const take = async (key: string, weight: number) => {
    const end = await turns.take(key, weight);
    order.push(key);
    end();
  };
  const waiting = [take('c', 9), take('d', 1)];
  ends[0]?.();
  assert.deepEqual(order, []);
  ends[1]?.();
  await Promise.all(waiting);
  assert.deepEqual(order, ['c', 'd']);
});

test('one that waits too long, and one too many of a key, are refused', async () => {
  const turns = open({ maxWaiting: 1, maxWaitMs: 20 });
  const end = await turns.take('a', 1);
  const late = turns.take('a', 1);
  await Promise.all([
    assert.rejects(turns.take('a', 1), { code: 'busy' }),
    assert.rejects(late, { code: 'busy' }),
    assert.rejects(turns.take('b', 1), { code: 'busy' }),
  ]);
  end();
  assert.equal(await orderOf(turns, ['a', 'b']), 'ab');
});

test('one that leaves while it waits frees its place, and those behind it go on', async () => {
  const turns = open({ maxWeight: 4, maxWaiting: 1 });
  const end = await turns.take('a', 2);
  const leaving = new AbortController();
  const heavy = turns.take('b', 4, leaving.signal);
  const light = turns.take('c', 2);
  leaving.abort(new Error('gone'));
  await assert.rejects(heavy, /gone/);
  (await light)();
  await assert.rejects(turns.take('b', 1, leaving.signal), /gone/);
  end();
  assert.equal(await orderOf(turns, ['b']), 'b');
});
