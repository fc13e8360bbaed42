import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, readingOf } from '../../../support/import-file.ts';

describe('super-productivity', () => {
  const home = { list: 'Home' };

  test('a backup', async () => {
    const read = await readingOf(await fixture('super-productivity.json'));
    assert.deepEqual(read, {
      format: 'super-productivity',
      tasks: [
        {
          title: 'Pay rent',
          description: 'Account **DE12**',
          labels: ['bills'],
          due_date: '2026-12-01',
          recurrence_rule: 'FREQ=MONTHLY',
          createdAt: '2026-11-17T12:00:00.000Z',
          ...home,
        },
        { title: 'Pay rent', due_date: '2026-11-01', createdAt: '2026-10-18T12:00:00.000Z', ...home },
        {
          title: 'Book hotel',
          below: 'Trip',
          status: 'complete',
          createdAt: '2026-11-16T12:00:00.000Z',
          completedAt: '2026-11-18T12:00:00.000Z',
          ...home,
        },
        {
          title: 'Trip',
          description: 'Map (https://example.com/map)',
          labels: ['fun'],
          due_date: '2026-12-17T10:00:00+01:00',
          reminders: [{ before: 'PT30M' }],
          createdAt: '2026-11-16T12:00:00.000Z',
          ...home,
        },
        { title: 'Plan', start: '2026-12-03', due_date: '2026-12-10', createdAt: '2026-11-16T12:00:00.000Z' },
        {
          title: 'Clean',
          status: 'complete',
          createdAt: '2026-11-14T12:00:00.000Z',
          completedAt: '2026-11-15T12:00:00.000Z',
          ...home,
        },
      ],
      skipped: ['Gym: it repeats, but none of its tasks is open'],
      notes: [
        'Pay rent: not imported: its estimate, and the time that was tracked',
        'Trip: not imported: the attachment "Ticket"',
        'Plan: it has a date and a deadline; the date is its start',
      ],
    });
  });

  test('a backup of an older version: without data, with reminders apart', async () => {
    const task = { id: 't', title: 'a', plannedAt: Date.UTC(2026, 11, 1, 8), created: 1, tagIds: [] };
    const { tasks } = await readingOf(
      JSON.stringify({
        reminders: [{ id: 'r', relatedId: 't', remindAt: Date.UTC(2026, 11, 1, 7) }],
        task: { ids: ['t'], entities: { t: task } },
        taskArchive: { ids: ['u'], entities: { u: { id: 'u', title: 'b', created: 2 } } },
      }),
    );
    assert.deepEqual(
      tasks.map(({ title, due_date, reminders, status }) => [title, due_date, reminders, status]),
      [
        ['a', '2026-12-01T09:00:00+01:00', [{ before: 'PT1H' }], undefined],
        ['b', undefined, undefined, 'complete'],
      ],
    );
  });

  test('a weekly repetition has its days, and may count from completion', async () => {
    const { tasks } = await readingOf(
      JSON.stringify({
        data: {
          task: {
            entities: { t: { id: 't', title: 'a', created: Date.UTC(2026, 10, 20, 12), repeatCfgId: 'r' } },
          },
          taskRepeatCfg: {
            entities: {
              r: {
                id: 'r',
                repeatCycle: 'WEEKLY',
                repeatEvery: 2,
                monday: true,
                friday: true,
                repeatFromCompletionDate: true,
              },
            },
          },
        },
      }),
    );
    assert.deepEqual(
      tasks.map(({ due_date, recurrence_rule, recurrence_basis }) => [
        due_date,
        recurrence_rule,
        recurrence_basis,
      ]),
      [['2026-11-20', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR', 'completion']],
    );
  });
});
