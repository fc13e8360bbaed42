import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyMatchingRule } from '@rondo/recurrence/test/arbitrary-series';
import { preview } from '@rondo/recurrence/occurrences';
import { RuleError } from '@rondo/recurrence/rule-error';
import { isoDate } from '@rondo/time/calendar';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { dayAt } from '@rondo/time/wall-clock';
import { recurrenceOf } from '../../services/recurring-task-service/src/series/domain/series.ts';
import { createSimulation } from './simulation.ts';

const hourMs = 3_600_000;
const tenYears = Date.UTC(2036, 0, 1);

const anyDelayHours = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -48, max: 0 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 2_000 }) },
);

const anyTask = fc.record({
  rule: anyMatchingRule,
  zone: anyZone,
  day: fc.integer({ min: 1, max: 31 }),
  minute: fc.option(fc.integer({ min: 0, max: 1_439 })),
  delays: fc.array(anyDelayHours, { minLength: 1, maxLength: 20 }),
});

const momentOf = (date: string) => Date.parse(date);

/** More dates than ten years have. Of a rule that matches so rarely that 4,000 take too many steps, 600 are enough. */
function knownDates(recurrence: Parameters<typeof preview>[0]): string[] {
  try {
    return preview(recurrence, 4_000);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return preview(recurrence, 600);
  }
}

describe('ten years of a series with a simulated clock', () => {
  test('the occurrences are those of the preview, no matter when each one is completed', () => {
    fc.assert(
      fc.property(anyTask, ({ rule, zone, day, minute, delays }) => {
        const simulation = createSimulation();
        const date = `2026-01-${String(day).padStart(2, '0')}`;
        const clock = minute === null ? null : new Date(minute * 60_000).toISOString().slice(11, 19);
        const due = clock === null ? date : `${date}T${clock}Z`;
        const first = simulation.create(new Date('2025-12-31T00:00:00Z'), {
          title: 'again',
          due_date: due,
          time_zone: zone,
          recurrence_rule: rule,
          reminders: [{ before: 'PT90M' }],
        });
        const series = simulation.series(first.id);
        assert.ok(series);
        const known = knownDates(recurrenceOf(series));
        let current = first;
        for (let n = 0; n < 200 && momentOf(current.due_date ?? '') < tenYears; n += 1) {
          const late = (delays[n % delays.length] ?? 0) * hourMs;
          const now = new Date(momentOf(current.due_date ?? '') + late);
          const openBefore = simulation.open().length;
          simulation.change(now, { kind: 'complete' }, current.id);
          const open = simulation.open();
          const passed = clock === null ? isoDate(dayAt(now.getTime(), zone)) : now.toISOString();
          const last = Math.max(momentOf(current.due_date ?? ''), momentOf(passed));
          const expected = known.find((text) => momentOf(text) > last);
          if (expected === undefined) return;
          assert.equal(open.length, openBefore, 'one is closed, and one follows');
          const next = open.at(-1);
          assert.ok(next);
          assert.equal(next.due_date, expected);
          assert.equal(next.series_id, first.id);
          if (clock !== null) {
            const times = [...simulation.reminders(next.id)].map(([at]) => at);
            assert.deepEqual(times, [momentOf(expected) - 1.5 * hourMs], 'its reminder moved with it');
          }
          current = next;
        }
      }),
      { numRuns: 20 },
    );
  });

  test('completing, undoing and completing again on any day never creates a second successor', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 }),
        anyZone,
        (hours, zone) => {
          const simulation = createSimulation();
          const first = simulation.create(new Date('2026-01-01T08:00:00Z'), {
            title: 'again',
            due_date: '2026-01-05',
            time_zone: zone,
            recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
          });
          let now = Date.parse('2026-01-05T08:00:00Z');
          for (const pause of hours) {
            now += pause * hourMs;
            simulation.change(new Date(now), { kind: 'complete' }, first.id);
            assert.equal(simulation.open().length, 1);
            simulation.change(new Date(now + 1), { kind: 'reopen' }, first.id);
            assert.deepEqual(
              simulation.open().map(({ id }) => id),
              [first.id],
              'the unchanged successor was revoked',
            );
          }
          assert.equal(simulation.all().length, 2, 'it was the same successor each time');
          assert.equal(simulation.series(first.id)?.done, 0);
        },
      ),
    );
  });

  test('COUNT ends a series with a reason, and undoing the last completion continues it', () => {
    const simulation = createSimulation();
    const first = simulation.create(new Date('2026-01-01T08:00:00Z'), {
      title: 'three times',
      due_date: '2026-01-05',
      recurrence_rule: 'FREQ=DAILY;COUNT=3',
    });
    const dates: (string | null)[] = [];
    for (let [current] = simulation.open(); current; [current] = simulation.open()) {
      dates.push(current.due_date);
      simulation.change(new Date(`${current.due_date}T08:00:00Z`), { kind: 'complete' }, current.id);
    }
    assert.deepEqual(dates, ['2026-01-05', '2026-01-06', '2026-01-07']);
    assert.equal(simulation.series(first.id)?.ended_reason, 'count');
    const last = simulation.all().at(-1);
    simulation.change(new Date('2026-01-07T09:00:00Z'), { kind: 'reopen' }, last?.id);
    assert.equal(simulation.series(first.id)?.ended_reason, null);
  });

  test('the 31st of every month is the last day of short months, for ten years', () => {
    const simulation = createSimulation();
    simulation.create(new Date('2026-01-01T08:00:00Z'), {
      title: 'rent',
      due_date: '2026-01-31',
      recurrence_rule: 'FREQ=MONTHLY',
    });
    for (let n = 1; n < 120; n += 1) {
      const [current] = simulation.open();
      simulation.change(new Date(`${current?.due_date}T08:00:00Z`), { kind: 'complete' }, current?.id);
      const lastDay = new Date(Date.UTC(2026, n + 1, 0)).toISOString().slice(0, 10);
      assert.equal(simulation.open()[0]?.due_date, lastDay);
    }
  });
});
