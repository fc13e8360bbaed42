import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, readFileOf, readingOf } from '../../../support/import-file.ts';
import { zipOf } from '../../../support/zip-of.ts';

describe('todoist-csv', () => {
  const home = { list: 'Home' };
  const trip = { ...home, labels: ['Trip to Oslo'] };

  test('an export of a project', async () => {
    const read = await readingOf(await fixture('todoist.csv'), { fileName: 'Home [220].csv' });
    assert.deepEqual(read, {
      format: 'todoist-csv',
      tasks: [
        {
          title: 'Pay rent',
          description:
            'Account "DE12",\nsecond line\n\nComment (Ada, 2026-08-20T10:00:00Z): Landlord called letter.pdf (https://files.todoist.com/x/letter.pdf)',
          priority: 1,
          labels: ['bills', 'home'],
          due_date: '2026-11-22T09:00:00+01:00',
          time_zone: 'Europe/Berlin',
          recurrence_rule: 'FREQ=MONTHLY',
          ...home,
        },
        {
          title: 'Water the plants',
          due_date: '2026-11-23',
          recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
          ...home,
        },
        {
          title: 'Book hotel',
          priority: 2,
          due_date: '2026-12-24',
          description: 'Deadline: 2026-12-20',
          ...trip,
        },
        {
          title: 'Compare prices',
          below: 'Book hotel',
          start: '2026-12-10T15:30:00+01:00',
          due_date: '2026-12-10T16:00:00+01:00',
          time_zone: 'Europe/Berlin',
          ...trip,
        },
        { title: 'Ask Anna', below: 'Compare prices', priority: 3, ...trip },
        { title: 'Pack', description: 'Date: jeden Freitag', ...trip },
        { title: 'Ask Anna', due_date: '2026-12-22', ...trip },
        { title: 'Meet @home with Bob', ...trip },
      ],
      skipped: [],
      notes: [
        'Pay rent: it repeats "every month @ 9:00", and the file has no date; it begins on 2026-11-22',
        'Book hotel: it is assigned to Bob (77)',
        'Book hotel: its deadline "2026-12-20" is a second date, and is in the description',
        'Pack: its date "jeden Freitag" was not understood, and is in the description',
      ],
    });
  });

  const rows = async (...lines: string[]) =>
    readingOf(['TYPE,CONTENT,PRIORITY,INDENT,DATE,TIMEZONE', ...lines].join('\n'));

  test('an empty priority is none, and a comment without a task is skipped', async () => {
    const { tasks, skipped } = await rows('note,Welcome', 'task,a,,1', 'task,b,4,1');
    assert.deepEqual(tasks, [{ title: 'a' }, { title: 'b' }]);
    assert.deepEqual(skipped, ['Welcome: it is a comment, but not on a task']);
  });

  test('times are in the zone of the row, and an unknown one is noted', async () => {
    const { tasks, notes } = await rows(
      'task,a,4,1,2026-12-01 09:00,Asia/Tokyo',
      'task,b,4,1,2026-12-01 09:00,GMT 5',
    );
    assert.deepEqual(
      tasks.map(({ due_date, time_zone }) => [due_date, time_zone]),
      [
        ['2026-12-01T09:00:00+09:00', 'Asia/Tokyo'],
        ['2026-12-01T09:00:00+01:00', undefined],
      ],
    );
    assert.deepEqual(notes, ['b: the time zone "GMT 5" is unknown; Europe/Berlin was used']);
  });

  test('the same task in the same place has the same key in a backup, and another one in another place', async () => {
    const csv = (await fixture('todoist.csv')).toString();
    const keys = async (...args: Parameters<typeof readFileOf>) =>
      (await readFileOf(...args)).drafts.map(({ key }) => key);
    const single = await keys(csv, { fileName: 'Home.csv' });
    const backup = await keys(
      await zipOf({ 'Home [1].csv': csv, 'Work [2].csv': csv, '__MACOSX/._Home [1].csv': 'x' }),
    );
    assert.deepEqual(backup.slice(0, 8), single);
    assert.equal(new Set(backup).size, 16);
  });
});
