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
