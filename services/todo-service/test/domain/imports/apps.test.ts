/** Files in the shape of each app's export, and what their tasks become. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, readFileOf, remarksOf, tasksIn } from '../../support/import-file.ts';
import { zipOf } from '../../support/zip-of.ts';

/** The tasks of a file by title, and the remarks on it. */
async function readingOf(...args: Parameters<typeof readFileOf>) {
  const file = await readFileOf(...args);
  return {
    format: file.format,
    tasks: tasksIn(file),
    skipped: remarksOf(file.skipped),
    notes: remarksOf(file.notes),
  };
}

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

describe('vikunja', () => {
  const flat = { list: 'Flat' };
  const expected = {
    format: 'vikunja',
    tasks: [
      {
        title: 'Compare prices',
        below: 'Find a flat',
        status: 'complete',
        priority: 4,
        createdAt: '2026-01-04T10:00:00.000Z',
        completedAt: '2026-11-02T10:39:31.000Z',
        ...flat,
      },
      {
        title: 'Find a flat',
        description:
          'Near the river & a park (https://example.com/park)\n- [x] north\n- [ ] south\n\nComment (Ada, 2026-02-01): Too small',
        status: 'in_progress',
        priority: 1,
        labels: ['urgent'],
        start: '2026-12-20T09:00:00+01:00',
        due_date: '2026-12-24T12:00:00+01:00',
        reminders: [{ before: 'PT30M' }],
        createdAt: '2026-01-03T10:00:00.000Z',
        ...flat,
      },
      {
        title: 'Ask Anna',
        below: 'Find a flat',
        description: 'plain & simple',
        status: 'pending',
        priority: 3,
        due_date: '2026-12-01T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=TU',
        recurrence_basis: 'completion',
        createdAt: '2026-01-05T10:00:00.000Z',
        ...flat,
      },
      {
        title: 'Move',
        status: 'pending',
        priority: 2,
        labels: ['Waiting'],
        due_date: '2026-12-02T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2',
        createdAt: '2026-01-06T10:00:00.000Z',
        ...flat,
      },
      {
        title: 'Loose',
        description: 'Recurrence: FREQ=HOURLY;INTERVAL=1',
        status: 'pending',
        priority: 4,
        createdAt: '2026-01-07T10:00:00.000Z',
      },
    ],
    skipped: [],
    notes: [
      'Find a flat: not imported: people who it is assigned to (1)',
      'Find a flat: not imported: attachments (1)',
      'Find a flat: not imported: its relations to other tasks (blocking)',
      'Loose: its recurrence was not understood, or has no date; it is in the description',
    ],
  };

  test('the JSON of an export', async () => {
    assert.deepEqual(await readingOf(await fixture('vikunja.json')), expected);
  });

  test('its zip', async () => {
    const zip = await zipOf({
      'data.json': await fixture('vikunja.json'),
      'filters.json': '[]',
      VERSION: 'v2.5.0',
    });
    assert.deepEqual(await readingOf(zip), expected);
  });

  test('tasks of two servers have different keys', async () => {
    const keyOf = async (created: string) =>
      (await readFileOf(JSON.stringify([{ title: 'P', tasks: [{ id: 1, title: 'a', created }] }]))).drafts[0]
        ?.key;
    assert.notEqual(await keyOf('2026-01-01T10:00:00Z'), await keyOf('2026-01-02T10:00:00Z'));
  });
});

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

describe('markdown and text', () => {
  test('Markdown', async () => {
    const read = await readingOf(await fixture('list.md'));
    assert.deepEqual(read, {
      format: 'markdown',
      tasks: [
        {
          title: 'Pay rent',
          description: 'Account DE12\nsecond line',
          priority: 1,
          due_date: '2026-12-01T09:00:00+01:00',
          recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
          list: 'Home',
        },
        { title: 'Water the plants', status: 'complete', list: 'Home' },
        { title: 'Paint the door', list: 'Home' },
        { title: 'Buy paint', below: 'Paint the door', labels: ['errand'], list: 'Home' },
        { title: 'ask for blue', below: 'Buy paint', list: 'Home' },
        { title: 'Book hotel', due_date: '2026-11-22', list: 'Trip' },
        { title: 'Call Anna every day except sometimes', list: 'Trip' },
      ],
      skipped: [
        'Some words about this file.: it is text, and not an item of a list',
        '```: it is text, and not an item of a list',
        '- not a task: it is text, and not an item of a list',
        '```: it is text, and not an item of a list',
      ],
      notes: [
        'Call Anna every day except sometimes: these words look like a date, and were not understood: "every day except"',
      ],
    });
  });

  test('plain text', async () => {
    const read = await readingOf(await fixture('list.txt'), { format: 'text' });
    assert.deepEqual(read, {
      format: 'text',
      tasks: [
        {
          title: 'Pay rent',
          priority: 1,
          due_date: '2026-12-01T09:00:00+01:00',
          recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
          list: 'home',
        },
        { title: 'Water the plants' },
        { title: 'Paint the door', status: 'complete' },
        { title: 'Buy paint', below: 'Paint the door' },
        { title: 'Book hotel', due_date: '2026-12-24', list: 'Trip' },
      ],
      skipped: [],
      notes: [],
    });
  });

  test('a title that is too long is whole in the description, and equal lines are different tasks', async () => {
    const long = 'word '.repeat(100).trim();
    const file = await readFileOf(`${long}\nmilk\nmilk\n`, { format: 'text' });
    const [first] = tasksIn(file);
    assert.deepEqual([first?.['description'], String(first?.['title']).length], [long, 255]);
    assert.equal(new Set(file.drafts.map(({ key }) => key)).size, 3);
    assert.deepEqual(
      remarksOf(file.notes).map((note) => note.slice(-31)),
      ['its title was cut to 255 characters'.slice(-31)],
    );
  });

  test('an item that was checked since has the same key', async () => {
    const keyOf = async (line: string) => (await readFileOf(line)).drafts[0]?.key;
    assert.equal(await keyOf('- [x] milk'), await keyOf('- [ ] milk'));
  });
});
