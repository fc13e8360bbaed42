import assert from 'node:assert/strict';
import { test } from 'node:test';
import { person, replicas } from '../support/replicas.ts';

test('every replica knows the sockets of the others, except of replicas that are gone', async (t) => {
  const { counts, time } = await replicas(t, ['a', 'b', 'c']);
  const elsewhere = () => Promise.all(counts.map((replica) => replica.elsewhere(person)));
  assert.deepEqual(await elsewhere(), [0, 0, 0]);
  await counts[0]?.report(person, () => 2);
  await counts[1]?.report(person, () => 3);
  assert.deepEqual(await elsewhere(), [3, 2, 5]);
  time.now += 60_000;
  await counts[1]?.report(person, () => 1);
  time.now += 31_000;
  assert.deepEqual(await elsewhere(), [1, 0, 1], 'a has not refreshed for 91 s');
  await counts[1]?.report(person, () => 0);
  assert.deepEqual(await elsewhere(), [0, 0, 0]);
});

test('after the clock was set back, a replica that is gone does not count', async (t) => {
  const { counts, time } = await replicas(t, ['a', 'b', 'c']);
  await counts[0]?.report(person, () => 2);
  time.now -= 3_600_000;
  assert.equal(await counts[2]?.elsewhere(person), 0);
  await counts[1]?.report(person, () => 3);
  assert.equal(await counts[2]?.elsewhere(person), 3);
});

test('replicas that report at the same time lose no counts', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const { counts } = await replicas(t, names);
  for (const open of [1, 2]) {
    await Promise.all(counts.map((replica) => replica.report(person, () => open)));
    const elsewhere = await Promise.all(counts.map((replica) => replica.elsewhere(person)));
    assert.deepEqual(
      elsewhere,
      names.map(() => open * 3),
    );
  }
});
