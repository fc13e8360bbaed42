import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { Task } from '@rondo/shared/contracts/task';
import { contentOfSuccessor, daysUntil } from '../../src/domain/successor.ts';

const task = (due: string, zone: string | null): Task => ({
  ...exampleTask,
  labels: [],
  reminders: [],
  due_date: due,
  time_zone: zone,
});

test('the days to a successor are those of the calendar, also without a zone and across a clock change', () => {
  assert.equal(daysUntil('2027-03-08', task('2027-03-01', null), null), 7);
  assert.equal(
    daysUntil('2027-03-29T01:30:00+02:00', task('2027-03-28T01:30:00+01:00', 'Europe/Berlin'), null),
    1,
  );
  // In UTC both are on 28 March.
  assert.equal(daysUntil('2027-03-29T01:30:00+02:00', task('2027-03-28T01:30:00+01:00', null), null), 1);
  assert.equal(daysUntil('2027-03-03T00:30:00+01:00', task('2027-03-01T23:30:00Z', null), null), 1);
});

describe('the successor of a task without a zone', () => {
  const losAngeles = 'America/Los_Angeles';
  const parent_id = null;

  test('has its start and absolute reminders at the same time of day in the zone of the person', () => {
    const meeting: Task = {
      ...task('2027-03-13T09:30:00-08:00', null),
      start: '2027-03-13T09:00:00-08:00',
      reminders: [{ at: '2027-03-12T20:00:00-08:00' }, { at: '2027-03-13T09:15:00-08:00' }],
    };
    const due_date = '2027-03-14T09:30:00-07:00';
    const days = daysUntil(due_date, meeting, losAngeles);
    const next = contentOfSuccessor(meeting, { days, parent_id, personZone: losAngeles, due_date });
    assert.deepEqual([next.start, next.due_date], ['2027-03-14T09:00:00-07:00', due_date]);
    assert.deepEqual(next.reminders, [
      { at: '2027-03-13T20:00:00-08:00' },
      { at: '2027-03-14T09:15:00-07:00' },
    ]);
  });

  test('begins at the latest when it is due, also if a gap moves only its start, or no zone is known', () => {
    const due_date = '2027-03-14T09:30:00-07:00';
    const meeting = { ...task('2027-03-13T09:30:00-08:00', null), start: '2027-03-13T09:00:00-08:00' };
    const unknown = contentOfSuccessor(meeting, { days: 1, parent_id, personZone: null, due_date });
    assert.equal(unknown.start, due_date);
    const atNight = {
      ...task('2027-03-27T03:15:00+01:00', 'Europe/Berlin'),
      start: '2027-03-27T02:45:00+01:00',
    };
    const inGap = contentOfSuccessor(atNight, { days: 1, parent_id, personZone: null });
    assert.deepEqual([inGap.start, inGap.due_date], Array(2).fill('2027-03-28T03:15:00+02:00'));
    const untilDay = { ...task('2027-03-13', null), start: '2027-03-13T20:00:00-08:00' };
    const counted = { days: 1, parent_id, due_date: '2027-03-14' };
    assert.equal(
      contentOfSuccessor(untilDay, { ...counted, personZone: losAngeles }).start,
      '2027-03-14T20:00:00-07:00',
    );
    assert.equal(contentOfSuccessor(untilDay, { ...counted, personZone: 'Asia/Tokyo' }).start, '2027-03-14');
  });

  test('of a task without any date is counted from the day of the person on which it was created', () => {
    const undated = { ...task('2027-03-01', null), due_date: null, created_at: '2027-03-02T04:00:00.000Z' };
    assert.equal(daysUntil('2027-03-02', undated, losAngeles), 1);
  });
});
