import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsumerProgress } from '../../src/messaging/consumer-progress.ts';
import { createMetrics } from '../../src/observability/metrics.ts';

function setUp() {
  let now = 1_000_000;
  const metrics = createMetrics('test');
  const progress = createConsumerProgress({ metrics, now: () => now });
  return {
    pass: (seconds: number) => (now += seconds * 1000),
    deliver: (topic: string, ...verdicts: ('SUCCESS' | 'RETRY' | 'DROP')[]) =>
      progress.begin(topic)(verdicts),
    begin: progress.begin,
    state: () => progress.check.check(),
    waiting: async () =>
      /rondo_consumer_waiting_seconds\{topic="a",.*\} (\d+)/.exec(await metrics.metrics())?.[1],
  };
}

test('a consumer whose deliveries are retried for a minute is degraded, until one event is done', async () => {
  const { pass, deliver, state, waiting } = setUp();
  for (let at = 0; at < 60; at += 5) {
    deliver('a', 'RETRY', 'RETRY');
    assert.equal((await state()).status, 'up');
    pass(5);
  }
  deliver('a', 'RETRY');
  assert.deepEqual(await state(), { status: 'degraded', detail: 'no event of a was done for 60 s' });
  assert.equal(await waiting(), '60');
  deliver('a', 'RETRY', 'DROP');
  assert.equal((await state()).status, 'up');
  assert.equal(await waiting(), '0');
});

test('a delivery that never ends is noticed as well, and so is one that fails', async () => {
  const { pass, begin, deliver, state } = setUp();
  begin('a');
  pass(61);
  assert.equal((await state()).status, 'degraded');
  deliver('a');
  assert.equal((await state()).status, 'degraded');
});

test('a consumer without deliveries is not stalled: another replica may have its partitions', async () => {
  const { pass, deliver, state } = setUp();
  deliver('a', 'RETRY');
  pass(3_600);
  assert.equal((await state()).status, 'up');
  deliver('a', 'RETRY');
  assert.equal((await state()).status, 'up', 'the time without deliveries does not count');
});
