import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { openDatabase } from '../../src/database/database.ts';
import { createConsumer } from '../../src/messaging/consumer.ts';
import { createLog } from '../../src/observability/log.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { TaskEvent } from '../../src/contracts/task-event.ts';
import { taskEvent } from '../support/task-event.ts';

test('a delivery that throws does not leave its consumer busy', async (t) => {
  // Nothing is read or written: the delivery throws before its transaction.
  const database = openDatabase<object>('postgres://127.0.0.1:1/none', 'test', 1);
  t.after(() => database.destroy());
  const { process, isBusy } = createConsumer({
    database,
    schema: 'test',
    event: TaskEvent,
    writers: new Set(['todo-service']),
    concerns: () => {
      throw new Error('broken filter');
    },
    handle: async () => undefined,
    log: createLog('test', 'silent'),
    metrics: createMetrics('test'),
  });
  await assert.rejects(process([{ source: 'todo-service', data: taskEvent(v7(), 1) }]), /broken filter/);
  assert.equal(isBusy(), false);
});
