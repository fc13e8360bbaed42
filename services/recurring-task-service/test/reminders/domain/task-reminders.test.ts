import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setReminders } from '../../../src/reminders/domain/task-reminders.ts';

test('an instant that fired or had passed is never set again', () => {
  const reminders = setReminders(
    new Map([
      [1, 'fired'],
      [2, 'passed'],
      [3, 'pending'],
    ]),
    [1, 2, 4, 9],
    5,
  );
  assert.deepEqual(
    [...reminders],
    [
      [1, 'fired'],
      [2, 'passed'],
      [4, 'passed'],
      [9, 'pending'],
    ],
  );
});

test('of the reminders that a task does not want any more, the latest 100 are kept', () => {
  let reminders = new Map<number, 'pending' | 'fired' | 'passed'>();
  for (let change = 0; change < 50; change += 1) {
    const wanted = Array.from({ length: 20 }, (_, index) => change * 20 + index);
    reminders = setReminders(reminders, wanted, 1_000_000);
  }
  assert.equal(reminders.size, 120);
  assert.equal(Math.min(...reminders.keys()), 1_000 - 120);
  assert.equal(setReminders(reminders, [], 1_000_000).size, 100);
});
