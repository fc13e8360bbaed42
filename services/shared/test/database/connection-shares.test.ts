import assert from 'node:assert/strict';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { test } from 'node:test';
import { createConnectionShares } from '../../src/database/connection-shares.ts';
import type { Reader } from '../../src/database/reader.ts';

const never = new AbortController().signal;
const readerOf = (personId: string, signal = never): Reader => ({ personId, signalOf: () => signal });

function open(connections: number) {
  let now = 0;
  const shares = createConnectionShares(connections, () => now);
  const read = async (personId: string, ms: number) => (await shares.take(readerOf(personId)))(ms);
  return { shares, read, pass: (ms: number) => (now += ms) };
}

/** Whether a promise is resolved without anything else happening. */
async function isResolved(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), turnOfLoop(false)]);
}

test('people whose reads were slow have half of the connections together, one each, and take turns', async () => {
  const { shares, read } = open(4);
  for (const personId of ['ada', 'bob', 'cleo']) await read(personId, 2_500);
  const take = (personId: string) => shares.take(readerOf(personId));
  const giveBack = await take('ada');
  const second = take('ada');
  await take('bob');
  const other = take('cleo');
  assert.deepEqual([await isResolved(second), await isResolved(other)], [false, false]);
  for (let n = 0; n < 4; n += 1) assert.ok(await isResolved(take('dan')), 'nobody waits for them');
  giveBack(1);
  assert.deepEqual([await isResolved(other), await isResolved(second)], [true, false]);
});

test('many quick reads of a person, and slow ones now and then, are not slow', async () => {
  const { shares, read, pass } = open(2);
  for (let n = 0; n < 3_000; n += 1) {
    await read('ada', 40);
    pass(20);
  }
  for (let n = 0; n < 3; n += 1) {
    await read('bob', 2_000);
    pass(20_000);
  }
  for (const personId of ['ada', 'bob'])
    for (let n = 0; n < 2; n += 1) assert.ok(await isResolved(shares.take(readerOf(personId))), personId);
});

test('who was slow has all connections again when it is over, and waits no longer than its client', async () => {
  const { shares, read, pass } = open(2);
  await read('ada', 5_000);
  await shares.take(readerOf('ada'));
  const leaving = new AbortController();
  const waiting = shares.take(readerOf('ada', leaving.signal));
  assert.equal(await isResolved(waiting), false);
  leaving.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  pass(10_000);
  assert.ok(await isResolved(shares.take(readerOf('ada'))));
});

test('a reader that waits too long is refused: busy', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { shares, read } = open(2);
  await read('ada', 2_500);
  await shares.take(readerOf('ada'));
  const waiting = shares.take(readerOf('ada'));
  t.mock.timers.tick(10_000);
  await assert.rejects(waiting, { code: 'busy' });
});
