import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createKeyedQueue } from '../../src/workers/keyed-queue.ts';
import { createWaitBudget } from '../../src/workers/wait-budget.ts';
import { AppError } from '../../src/errors.ts';

const refusal = () => new AppError('busy', 'Waited for too long.');

test('a wait ends with the refusal when all waits together took too long', async () => {
  const waits = createWaitBudget(20, refusal);
  const first = waits.begin();
  await once(first.signal, 'abort');
  first.end();
  const second = waits.begin();
  await once(second.signal, 'abort');
  assert.equal((second.signal.reason as AppError).message, 'Waited for too long.');
});

test('a job that waits for its turn gives up with the budget, and one that need not wait runs', async () => {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting: 10, maxWaitMs: 60_000 });
  const waits = createWaitBudget(20, refusal);
  const end = await queue.take('ada');
  const run = (key: string) => {
    const wait = waits.begin();
    const job = async () => {
      wait.end();
      return key;
    };
    return queue.run(key, job, wait.signal).finally(wait.end);
  };
  await assert.rejects(run('ada'), { code: 'busy', message: 'Waited for too long.' });
  assert.equal(await run('bob'), 'bob');
  end();
  assert.equal(await run('ada'), 'ada');
});
