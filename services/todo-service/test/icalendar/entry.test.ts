import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draftOf, entry, read, readEvent, readTodo, reasonsOf } from '../support/calendar-file.ts';

test('status, priority and categories are converted', async () => {
  const statusOf = async (...lines: string[]) => draftOf(await readTodo(...lines)).status;
  assert.deepEqual(
    [
      await statusOf('STATUS:COMPLETED'),
      await statusOf('COMPLETED:20261121T120000Z'),
      await statusOf('STATUS:IN-PROCESS'),
      await statusOf('STATUS:NEEDS-ACTION'),
    ],
    ['complete', 'complete', 'in_progress', undefined],
  );
  const priorityOf = async (value: number) => draftOf(await readTodo(`PRIORITY:${value}`)).priority;
  assert.deepEqual(await Promise.all([0, 1, 2, 4, 5, 9, 10].map(priorityOf)), [4, 1, 2, 2, 3, 3, 4]);
  assert.deepEqual(draftOf(await readTodo(String.raw`CATEGORIES:a, b,c\,d`, 'CATEGORIES:a')).labels, [
    'a',
    'b',
    'c,d',
  ]);
});

test('a name without a visible character is none', async () => {
  const lines = [
    'BEGIN:VTODO',
    'UID:u1',
    'SUMMARY:\u200b',
    'CATEGORIES:\u200b,a',
    'X-RONDO-LIST:\u2060',
    'END:VTODO',
  ];
  const { title, labels, list } = draftOf(await read(lines.join('\r\n')));
  assert.deepEqual([title, labels, list], ['Untitled', ['a'], undefined]);
});

test('unsupported properties and cut texts are noted', async () => {
  const { drafts, notes } = await readEvent(
    'DTSTART:20261201T090000Z',
    'RRULE:FREQ=DAILY',
    'EXDATE:20261202T090000Z',
    'LOCATION:Home',
    `DESCRIPTION:${'😀'.repeat(10_001)}`,
  );
  assert.equal(drafts[0]?.draft.recurrence_rule, 'FREQ=DAILY');
  assert.deepEqual(reasonsOf(notes), ['not imported: LOCATION', 'DESCRIPTION was cut to 20000 characters']);
});

describe('an entry that can not be a task is skipped with a reason:', () => {
  for (const [reason, lines] of [
    ['it is cancelled', ['STATUS:CANCELLED']],
    [
      'its RRULE is invalid: "FORTNIGHTLY" is not a frequency at position 5',
      ['DTSTART:20261201T090000Z', 'RRULE:FREQ=FORTNIGHTLY'],
    ],
    ['DUE is not a date or a time', ['DUE;VALUE=DATE:20260230']],
    ['DUE is not a date or a time', ['DUE:tomorrow']],
  ] as const) {
    test(`${reason} (${lines.at(-1)})`, async () => {
      const { drafts, skipped } = await readTodo(...lines);
      assert.deepEqual([drafts, skipped], [[], [{ uid: 'u1', summary: 'Buy milk', reason }]]);
    });
  }

  test('it is a repetition, or is neither a to-do nor an event', async () => {
    const { drafts, skipped } = await read(
      entry('VTODO', []),
      entry('VEVENT', []),
      'BEGIN:VJOURNAL\r\nUID:u3\r\nSUMMARY:Dear diary\r\nEND:VJOURNAL',
    );
    assert.deepEqual(
      drafts.map(({ uid }) => uid),
      ['u1'],
    );
    assert.deepEqual(skipped, [
      { uid: 'u1', summary: 'Buy milk', reason: 'an earlier entry has the same UID' },
      { uid: 'u3', summary: 'Dear diary', reason: 'a VJOURNAL is neither a to-do nor an event' },
    ]);
  });
});
