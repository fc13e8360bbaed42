import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { Task } from '@rondo/shared/contracts/task';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { reminderTimes } from '../../../src/reminders/domain/reminder-times.ts';

describe('the times of reminders', () => {
  const times = (task: Partial<Task> & { person_zone?: string }) =>
    reminderTimes({ reminders: [], due_date: null, time_zone: null, person_zone: null, ...task }).map((ms) =>
      new Date(ms).toISOString(),
    );

  test('are instants, or before the due date on the wall clock of the zone', () => {
    assert.deepEqual(
      times({
        reminders: [{ before: 'P1D' }, { before: 'PT24H' }, { at: '2027-03-01T00:00:00+01:00' }],
        due_date: '2027-03-28T09:00:00+02:00',
        time_zone: 'Europe/Berlin',
      }),
      ['2027-02-28T23:00:00.000Z', '2027-03-27T07:00:00.000Z', '2027-03-27T08:00:00.000Z'],
      'across a clock change, a day before 09:00 is 09:00, and 24 hours before is not',
    );
  });

  test('of an all-day task count from 09:00 of its day in its zone', () => {
    const task = {
      reminders: [{ before: 'P1D' }, { before: 'PT2H' }],
      due_date: '2027-03-10',
      time_zone: 'Asia/Kathmandu',
    };
    assert.deepEqual(times(task), ['2027-03-09T03:15:00.000Z', '2027-03-10T01:15:00.000Z']);
  });

  test('have no duplicates, and no relative ones without a due date', () => {
    assert.deepEqual(
      times({ reminders: [{ before: 'PT1H' }, { before: 'PT60M' }], due_date: '2027-03-10T09:00:00Z' }),
      ['2027-03-10T08:00:00.000Z'],
    );
    assert.deepEqual(times({ reminders: [{ before: 'PT1H' }] }), []);
  });

  test('are those that Temporal computes', () => {
    const anyInstant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2060, 0, 1) });
    const anyDuration = fc.constantFrom('P1D', 'P2W', 'PT36H', 'P10DT90M', 'PT5400S', 'P0D', 'P300DT1H2M3S');
    fc.assert(
      fc.property(anyInstant, anyZone, anyDuration, (due, zone, duration) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(due)
          .toZonedDateTimeISO(zone)
          .subtract(Temporal.Duration.from(duration));
        assert.deepEqual(
          times({
            due_date: new Date(due).toISOString(),
            time_zone: zone,
            reminders: [{ before: duration }],
          }),
          [new Date(expected.epochMilliseconds).toISOString()],
        );
      }),
    );
  });
});
