import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { Task } from '@rondo/shared/contracts/task';
import { daysUntil } from '../../src/domain/successor.ts';

const task = (due: string, zone: string | null): Task => ({
  ...exampleTask,
  labels: [],
  reminders: [],
  due_date: due,
  time_zone: zone,
});

test('the days to a successor are those of the calendar, also without a zone and across a clock change', () => {
  assert.equal(daysUntil('2027-03-08', task('2027-03-01', null)), 7);
  assert.equal(daysUntil('2027-03-29T01:30:00+02:00', task('2027-03-28T01:30:00+01:00', 'Europe/Berlin')), 1);
  // In UTC both are on 28 March.
  assert.equal(daysUntil('2027-03-29T01:30:00+02:00', task('2027-03-28T01:30:00+01:00', null)), 1);
  assert.equal(daysUntil('2027-03-03T00:30:00+01:00', task('2027-03-01T23:30:00Z', null)), 1);
});
