import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../src/errors.ts';
import { createKeyedQueue } from '../../src/workers/keyed-queue.ts';

/** A job that ends when the test says so. */
function openJob(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    job: () => {
      log.push(name);
      return promise;
    },
    end: () => resolve(name),
  };
}

const isBusy = { code: 'busy', status: 429, retryable: true, headers: { 'retry-after': '1' } };

test('jobs of a key run in order, at most two at a time; other keys do not wait', async () => {
  const queue = createKeyedQueue({ maxRunning: 2, maxWaiting: 10, maxWaitMs: 10_000 });
  const log: string[] = [];
  const jobs = ['a1', 'a2', 'a3', 'a4'].map((name) => openJob(log, name));
  const results = jobs.map(({ job }) => queue.run('a', job));
  assert.equal(await queue.run('b', async () => 'b1'), 'b1');
  assert.deepEqual(log, ['a1', 'a2']);
  jobs[1]?.end();
  assert.equal(await results[1], 'a2');
  for (const { end } of jobs) end();
  assert.deepEqual(await Promise.all(results), ['a1', 'a2', 'a3', 'a4']);
  assert.deepEqual(log, ['a1', 'a2', 'a3', 'a4']);
  assert.equal(queue.isRunning('a'), false);
});

test('a job that fails ends its turn', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 10_000 });
  const failing = queue.run('a', () => Promise.reject(new Error('no')));
  const next = queue.run('a', async () => 'next');
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'next');
});

test('one more than may wait is refused as busy', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 10_000 });
  const { job, end } = openJob([], 'running');
  const accepted = [queue.run('a', job), queue.run('a', async () => 'waited')];
  await assert.rejects(
    queue.run('a', async () => 'refused'),
    isBusy,
  );
  end();
  assert.deepEqual(await Promise.all(accepted), ['running', 'waited']);
});

test('a job whose turn does not come in time is refused and never runs', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 5, maxWaitMs: 20 });
  const { job, end } = openJob([], 'running');
  const running = queue.run('a', job);
  let hasRun = false;
  await assert.rejects(
    queue.run('a', async () => {
      hasRun = true;
    }),
    isBusy,
  );
  end();
  await running;
  assert.equal(await queue.run('a', async () => 'later'), 'later');
  assert.equal(hasRun, false);
});

test('a turn that is ended twice frees one place', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 5, maxWaitMs: 10_000 });
  const end = await queue.take('a');
  const log: string[] = [];
  const [second, third] = [openJob(log, 'second'), openJob(log, 'third')];
  const results = [queue.run('a', second.job), queue.run('a', third.job)];
  end();
  end();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(log, ['second']);
  second.end();
  third.end();
  await Promise.all(results);
});

test('whatever comes and ends, no key has more than its places, and none is left idle with work waiting', async () => {
  const steps = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', 'c'), ends: fc.boolean(), which: fc.nat(20) }),
    { maxLength: 120 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (all, maxRunning) => {
      const queue = createKeyedQueue({ maxRunning, maxWaiting: 1_000, maxWaitMs: 10_000 });
      const running = new Map<string, (() => void)[]>();
      const submitted = new Map<string, number>();
      const done: Promise<unknown>[] = [];
      for (const { key, ends, which } of all) {
        const open = running.get(key) ?? [];
        running.set(key, open);
        if (ends && open.length > 0) {
          open.splice(which % open.length, 1)[0]?.();
          submitted.set(key, (submitted.get(key) ?? 0) - 1);
        } else {
          submitted.set(key, (submitted.get(key) ?? 0) + 1);
          done.push(queue.run(key, () => new Promise<void>((resolve) => open.push(resolve))));
        }
        await new Promise((resolve) => setImmediate(resolve));
        for (const [name, jobs] of running)
          assert.equal(jobs.length, Math.min(maxRunning, submitted.get(name) ?? 0), name);
      }
      while ([...running.values()].some((jobs) => jobs.length > 0)) {
        for (const jobs of running.values()) for (const end of jobs.splice(0)) end();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(done);
    }),
    { numRuns: 50 },
  );
});

test('turns that end elsewhere: one for each key at a time, first come, first served', async () => {
  const turns = createKeyedQueue({ maxRunning: 1, maxWaitMs: 60_000, maxWaiting: 5 });
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
  const turns = createKeyedQueue({ maxRunning: 1, maxWaitMs: 30, maxWaiting: 1 });
  const busy = { code: 'busy', status: 429, headers: { 'retry-after': '1' } };
  const end = await turns.take('a');
  const waiting = assert.rejects(turns.take('a'), busy);
  await assert.rejects(turns.take('a'), busy);
  await waiting;
  const next = turns.take('a');
  end();
  (await next)();
});

test('a queue refuses with its own error, if it has one', async () => {
  const refusal = () =>
    new AppError('busy', 'The same is being read already.', { headers: { 'retry-after': '7' } });
  const queue = createKeyedQueue({ maxRunning: 1, maxWaitMs: 30, maxWaiting: 1, refusal });
  const end = await queue.take('a');
  const own = { message: 'The same is being read already.', headers: { 'retry-after': '7' } };
  const tooLate = assert.rejects(queue.take('a'), own);
  await assert.rejects(queue.take('a'), own);
  await tooLate;
  end();
});

test('one that leaves while it waits frees its place, and gets no turn', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 10_000 });
  const end = await queue.take('a');
  const leaving = new AbortController();
  const left = queue.take('a', () => leaving.signal);
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  await assert.rejects(
    queue.take('a', () => leaving.signal),
    /gone/,
  );
  const next = queue.take('a');
  end();
  (await next)();
  assert.equal(queue.isRunning('a'), false);
});

test('a turn that came is kept, whatever happens to who waited for it', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 10_000 });
  const end = await queue.take('a');
  const leaving = new AbortController();
  const taken = queue.take('a', () => leaving.signal);
  end();
  leaving.abort(new Error('gone'));
  (await taken)();
  assert.equal(queue.isRunning('a'), false);
});

test('no signal is asked for if there is no wait', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 10_000 });
  const end = await queue.take('a', () => assert.fail('not needed'));
  end();
});
