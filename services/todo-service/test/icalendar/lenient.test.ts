import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  draftOf,
  entry,
  importBytes,
  importText,
  read,
  readTodo,
  reasonsOf,
} from '../support/calendar-file.ts';
import { calendarOf } from '../support/calendar-task.ts';

describe('what other programs write is read:', () => {
  for (const [what, line, due] of [
    ['X7: a date without VALUE', 'DUE:20261005', '2026-10-05'],
    ['a time with the value type of a date', 'DUE;VALUE=DATE:20261005T090000Z', '2026-10-05T09:00:00Z'],
    ['text after a date', 'DUE;VALUE=DATE:20261005 (Monday)', '2026-10-05'],
    ['text after a time', 'DUE:20261005T090000Z UTC', '2026-10-05T09:00:00Z'],
    ['a time without seconds', 'DUE:20261005T0900Z', '2026-10-05T09:00:00Z'],
    ['the form of ISO 8601', 'DUE:2026-10-05T09:00:00+02:00', '2026-10-05T07:00:00Z'],
    ['a date with dashes', 'DUE;VALUE=DATE:2026-10-05', '2026-10-05'],
    ['an empty zone', 'DUE;TZID=:20261005T090000Z', '2026-10-05T09:00:00Z'],
    ['a leap second', 'DUE:20261005T235960Z', '2026-10-05T23:59:59Z'],
    ['a name in small letters', 'due:20261005', '2026-10-05'],
  ] as const)
    test(`${what} (${line})`, async () => {
      assert.equal(draftOf(await readTodo(line)).due_date, due);
    });

  for (const [what, text, rule] of [
    ['X7: a semicolon at the end, as Google writes it', 'FREQ=WEEKLY;BYDAY=MO;', 'FREQ=WEEKLY;BYDAY=MO'],
    ['an empty part', 'FREQ=WEEKLY;;BYDAY=MO', 'FREQ=WEEKLY;BYDAY=MO'],
    ['a part without a value', 'FREQ=DAILY;UNTIL=', 'FREQ=DAILY'],
    ['a comma at the end', 'FREQ=WEEKLY;BYDAY=MO,', 'FREQ=WEEKLY;BYDAY=MO'],
    ['an interval of 0', 'FREQ=WEEKLY;INTERVAL=0', 'FREQ=WEEKLY'],
    ['the Gregorian calendar', 'RSCALE=GREGORIAN;FREQ=WEEKLY', 'FREQ=WEEKLY'],
    ['small letters', 'freq=weekly;byday=mo', 'FREQ=WEEKLY;BYDAY=MO'],
    ['text after the rule', 'FREQ=WEEKLY every week', 'FREQ=WEEKLY'],
  ] as const)
    test(`${what} (RRULE:${text})`, async () => {
      const draft = draftOf(await readTodo('DUE;VALUE=DATE:20261005', `RRULE:${text}`));
      assert.equal(draft.recurrence_rule, rule);
    });

  test('X7, case 35: an entry without UID, which is the same entry in a second import', async () => {
    const todo = (title: string, stamp: string) =>
      `BEGIN:VTODO\r\nDTSTAMP:${stamp}\r\nSUMMARY:${title}\r\nDUE:20261005\r\nEND:VTODO`;
    const file = (stamp: string) => calendarOf(todo('Milk', stamp), todo('Bread', stamp));
    const first = await importText(file('20260101T000000Z'));
    const second = await importText(file('20260202T000000Z'));
    assert.deepEqual(
      first.drafts.map(({ draft }) => draft.title),
      ['Milk', 'Bread'],
    );
    assert.deepEqual(
      second.drafts.map(({ uid }) => uid),
      first.drafts.map(({ uid }) => uid),
    );
    assert.equal(new Set(first.drafts.map(({ uid }) => uid)).size, 2);
  });

  test('an entry without SUMMARY, or with an empty one, is Untitled', async () => {
    const { drafts, skipped } = await read(
      'BEGIN:VTODO\r\nUID:u1\r\nEND:VTODO',
      'BEGIN:VTODO\r\nUID:u2\r\nSUMMARY:  \r\nEND:VTODO',
    );
    assert.deepEqual([drafts.map(({ draft }) => draft.title), skipped], [['Untitled', 'Untitled'], []]);
  });

  test('a line that is no content line costs that line, and is noted', async () => {
    const { drafts, notes } = await readTodo(
      'DESCRIPTION:a text that was wrapped without a space',
      'and goes on here',
      'X-BROKEN;=:x',
      'CATEGORIES;X="a:b',
      'DUE:20261005',
    );
    assert.equal(drafts[0]?.draft.due_date, '2026-10-05');
    assert.deepEqual(reasonsOf(notes), [
      'a line was left out, because it has no meaning: "and goes on here"',
      `a line was left out, because it can't be read: "CATEGORIES;X="a:b"`,
    ]);
    const between = await read('nonsense', entry('VTODO', []), 'more nonsense');
    assert.equal(between.drafts.length, 1);
    assert.deepEqual(between.notes, [
      { uid: null, summary: null, reason: 'a line was left out, because it has no meaning: "nonsense"' },
      { uid: null, summary: null, reason: 'a line was left out, because it has no meaning: "more nonsense"' },
    ]);
    const many = await readTodo(...Array.from({ length: 500 }, (_, n) => `nonsense ${n}`));
    assert.equal(many.notes.length, 21);
  });

  test('Windows-1252, with a note', async () => {
    const file = Buffer.from(calendarOf(entry('VTODO', ['DESCRIPTION:Grüße'])), 'latin1');
    const { drafts, notes } = await importBytes([file]);
    assert.equal(drafts[0]?.draft.description, 'Grüße');
    assert.deepEqual(reasonsOf(notes), ['lines that are not UTF-8 were read as Windows-1252: 1']);
  });
});

/** A file with each line folded after a number of bytes, inside of characters as well. */
function folded(text: string, width: number): Buffer {
  const lines = text.split('\r\n').map((line) => {
    const bytes = Buffer.from(line);
    const parts: Buffer[] = [];
    for (let from = 0; from < bytes.length; from += width) {
      if (from > 0) parts.push(Buffer.from('\r\n '));
      parts.push(bytes.subarray(from, from + width));
    }
    return Buffer.concat([...parts, Buffer.from('\r\n')]);
  });
  return Buffer.concat(lines);
}

const title = 'Grüße, 漢字 and 😀 in one line';
const unicode = calendarOf(entry('VTODO', []).replace('Buy milk', title.replace(',', String.raw`\,`)));

test('X8: a line that is folded inside a character is joined before it is decoded', async () => {
  for (const width of [1, 2, 3, 5, 7, 75]) {
    const { drafts, notes } = await importBytes([folded(unicode, width)]);
    assert.deepEqual([drafts[0]?.draft.title, notes], [title, []], `${width}`);
  }
});

test('a file is the same in pieces of any size, with any ends of lines', async () => {
  for (const text of [
    unicode,
    unicode.replaceAll('\r\n', '\n'),
    unicode.replaceAll('\r\n', '\r\r\n'),
    `\uFEFF${unicode}`,
  ])
    for (const size of [1, 2, 3, 17]) {
      const bytes = Buffer.from(text);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      const { drafts, notes } = await importBytes(pieces);
      assert.deepEqual([drafts.length, drafts[0]?.draft.title, notes], [1, title, []]);
    }
});

test('a file may have 50,000 entries', async () => {
  const file = (count: number) =>
    calendarOf(...Array.from({ length: count }, (_, n) => `BEGIN:VTODO\r\nUID:${n}\r\nEND:VTODO`));
  assert.equal((await importText(file(50_000))).drafts.length, 50_000);
  await assert.rejects(() => importText(file(50_001)), /has more than 50000 entries/);
});
