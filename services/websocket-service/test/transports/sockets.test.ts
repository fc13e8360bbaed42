import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import type { Connections } from '@rondo/shared/contracts/sync-message';
import { taskEvent } from '@rondo/shared/test/task-event';
import { deliver, firstOf, hello, open, seqsOf, socketUrl, start } from '../support/socket.ts';

test('a slow reader is closed with a code of its own, and the others go on', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  const lazy = open(t, socketUrl(running), await hello(ada));
  const live = open(t, socketUrl(running), await hello(ada));
  for (const opened of [lazy, live]) await firstOf(opened);
  const connections = async () =>
    (await ada.call<Connections>('GET', '/api/v1/connections')).body.active_connections;
  assert.equal(await connections(), 2);
  lazy.socket.pause();
  const big = 'x'.repeat(19_000);
  let seq = 0;
  await eventually(async () => {
    for (let n = 0; n < 50; n += 1) {
      seq += 1;
      const large = taskEvent(ada.id, seq);
      await deliver(running, { ...large, payload: { ...large.payload, description: big } });
    }
    return (await connections()) === 1;
  });
  await eventually(() => seqsOf(live).length === seq);
  lazy.socket.resume();
  assert.equal(await lazy.closed, 4440, 'what it had is read to the end, and then the reason');
  const seqs = seqsOf(lazy);
  assert.deepEqual(
    seqs,
    Array.from({ length: seqs.length }, (_, n) => n + 1),
    'what it got is gapless, so that it can resume from there',
  );
  assert.ok(seqs.length < seq);
});
