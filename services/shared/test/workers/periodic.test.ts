import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../src/observability/log.ts';
import { createPeriodicWorker } from '../../src/workers/periodic.ts';

test('a wake runs the job at once, or again after the run under way, and never after a stop', async () => {
  const runs: (() => void)[] = [];
  const began: (() => void)[] = [];
  const nextRun = () => new Promise<void>((resolve) => began.push(resolve));
  const worker = createPeriodicWorker({
    name: 'test',
    processAll: () =>
      new Promise((resolve) => {
        runs.push(resolve);
        began.shift()?.();
      }),
    log: createLog('test', 'silent'),
  });
  worker.start();
  assert.equal(runs.length, 1);
  const second = nextRun();
  worker.wake();
  worker.wake();
  assert.equal(runs.length, 1);
  runs[0]?.();
  await second;
  const stopped = worker.stop();
  worker.wake();
  runs[1]?.();
  await stopped;
  assert.equal(runs.length, 2);
});
