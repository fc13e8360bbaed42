import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relayPace } from '../../src/messaging/relay-pace.ts';

test('without pressure a relay takes full batches and does not pause', () => {
  const { limit, pauseMs } = relayPace({ pressure: 0, ageMs: 0 });
  assert.deepEqual([limit, pauseMs(50)], [2_000, 0]);
});

test('it yields in proportion to the pressure', () => {
  const paces = [0, 0.25, 0.5, 0.75, 1].map((pressure) => relayPace({ pressure, ageMs: 0 }));
  assert.deepEqual(
    paces.map(({ limit }) => limit),
    [2_000, 946, 447, 211, 100],
  );
  assert.deepEqual(
    paces.map(({ pauseMs }) => pauseMs(10)),
    [0, 20, 40, 60, 80],
  );
});

test('it yields less the older its oldest event is, and not at all after a second', () => {
  const pauseMs = (ageMs: number) => relayPace({ pressure: 1, ageMs }).pauseMs(10);
  assert.deepEqual([0, 250, 500, 1_000, 60_000].map(pauseMs), [80, 60, 40, 0, 0]);
  assert.equal(relayPace({ pressure: 1, ageMs: 1_000 }).limit, 2_000);
});

test('a clock that was set back does not make it slower than under full pressure', () => {
  const { limit, pauseMs } = relayPace({ pressure: 1, ageMs: -3_600_000 });
  assert.deepEqual([limit, pauseMs(10), pauseMs(1_000)], [100, 80, 200]);
});
