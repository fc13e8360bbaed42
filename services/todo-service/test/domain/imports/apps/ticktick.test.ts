import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, readFileOf, readingOf } from '../../../support/import-file.ts';

describe('ticktick', () => {
  const errands = { list: 'Errands' };

  test('a backup', async () => {
    const read = await readingOf(await fixture('ticktick.csv'));
    assert.deepEqual(read, {
      format: 'ticktick',
      tasks: [
        {
          title: 'Pay rent',
          description: 'Account DE12',
          priority: 1,
          labels: ['bills', 'home'],
          due_date: '2026-12-01T09:00:00+01:00',
          time_zone: 'Europe/Berlin',
          reminders: [{ before: 'PT30M' }, { before: 'PT0S' }],
          recurrence_rule: 'FREQ=MONTHLY',
          createdAt: '2026-10-09T15:09:48.000Z',
          ...errands,
        },
        {
          title: 'Birthday',
          priority: 2,
          labels: ['Family'],
          due_date: '2026-12-11',
          reminders: [{ before: 'PT0S' }],
          createdAt: '2026-10-09T15:20:55.000Z',
          ...errands,
        },
        { title: 'Buy cake', below: 'Birthday', createdAt: '2026-10-09T15:20:59.000Z', ...errands },
        {
          title: 'Groceries',
          description: 'For the weekend',
          priority: 3,
          createdAt: '2026-10-10T08:00:00.000Z',
        },
        { title: 'Milk', below: 'Groceries', createdAt: '2026-10-10T08:00:00.000Z' },
        { title: 'Bread', below: 'Groceries', status: 'complete', createdAt: '2026-10-10T08:00:00.000Z' },
        {
          title: 'Old task',
          status: 'complete',
          due_date: '2026-11-01T10:00:00+01:00',
          time_zone: 'Europe/Berlin',
          createdAt: '2026-01-21T11:33:40.000Z',
          completedAt: '2026-11-02T10:39:31.000Z',
        },
        { title: 'Ideas', description: 'A thought', labels: ['note'], createdAt: '2026-02-01T10:00:00.000Z' },
        {
          title: 'Call home',
          description: 'Recurrence: ERULE:NAME=FORGETTINGCURVE\n\nReminder: soon',
          start: '2026-12-05T17:00:00+09:00',
          due_date: '2026-12-05T18:00:00+09:00',
          time_zone: 'Asia/Tokyo',
          is_floating: true,
          createdAt: '2026-02-02T10:00:00.000Z',
        },
      ],
      skipped: ['Never mind: it is marked as "won\'t do"'],
      notes: [
        'Ideas: it is a note; it became a task with the label "note"',
        'Call home: its recurrence "ERULE:NAME=FORGETTINGCURVE" was not understood, and is in the description',
        'Call home: its reminder "soon" was not understood, and is in the description',
        'Call home: its parent is not in the file; it is at the top level',
        '-: lists have no folders; those of the file were left out: "Home"',
      ],
    });
  });

  test('a task keeps its key if tasks before it are new, because the ids in the file count its rows', async () => {
    const row = (title: string, id: number) => `Home,${title},2026-01-0${title.length}T10:00:00+0000,${id}`;
    const keys = async (...rows: string[]) =>
      (await readFileOf(['List Name,Title,Created Time,taskId', ...rows].join('\n'))).drafts.map(
        ({ key }) => key,
      );
    const [key] = await keys(row('a', 1));
    assert.equal((await keys(row('bb', 1), row('a', 2)))[1], key);
  });
});
