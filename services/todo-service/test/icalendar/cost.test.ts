import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AppError } from '@rondo/shared/errors';
import { longestBlockOf } from '@rondo/shared/test/event-loop';
import { assertLinear } from '@rondo/time/test/assert-linear';
import { importCalendar } from '../../src/icalendar/import.ts';
import { berlin, entry, now } from '../support/calendar-file.ts';
import { calendarOf, exportCalendar, taskOf } from '../support/calendar-task.ts';

const repeated = (part: string, size: number) => part.repeat(Math.ceil(size / part.length));
const importText = (text: string) => importCalendar([Buffer.from(text)], { zone: berlin, now });
const todo = (...lines: string[]) => calendarOf(entry('VTODO', lines));
const manyTodos = (size: number) =>
  calendarOf(
    ...Array.from({ length: Math.ceil(size / 80) }, (_, n) =>
      ['BEGIN:VTODO', `UID:u${n}`, 'SUMMARY:milk', 'DUE:20261201T090000', 'END:VTODO'].join('\r\n'),
    ),
  );

/** Files that make a parser slow, each with about `size` characters. */
const files: [what: string, file: (size: number) => string][] = [
  ['many to-dos', manyTodos],
  [
    'to-dos in zones that do not exist',
    (size) => manyTodos(size).replaceAll(/DUE:/g, () => `DUE;TZID=${Math.random()}:`),
  ],
  [
    'to-dos below each other',
    (size) => manyTodos(size).replaceAll(/UID:u(\d+)/g, (uid, n) => `${uid}\r\nRELATED-TO:u${Number(n) + 1}`),
  ],
  ['one long value', (size) => todo(`DESCRIPTION:${repeated(String.raw`\n\,x`, size)}`)],
  ['one long value in folded lines', (size) => todo(`DESCRIPTION:${repeated('x\r\n ', size)}`)],
  ['one long list', (size) => todo(`CATEGORIES:${repeated('a,', size)}`)],
  ['escaped commas in a list', (size) => todo(`CATEGORIES:${repeated(String.raw`\,`, size)}`)],
  ['parameters', (size) => todo(`ATTENDEE${repeated(';X=Y', size)}:mailto:a@example.com`)],
  ['parameters without a value', (size) => todo(`ATTENDEE${repeated(';X=Y', size)}`)],
  ['parameters in quotes', (size) => todo(`ATTENDEE${repeated(';X="Y:"', size)}:mailto:a@example.com`)],
  [
    'one parameter with many values',
    (size) => todo(`ATTENDEE;MEMBER=${repeated('"a",', size)}"b":mailto:a@example.com`),
  ],
  ['many properties', (size) => todo(repeated('COMMENT:x\r\n', size).trimEnd())],
  ['many alarms', (size) => todo(repeated('BEGIN:VALARM\r\nTRIGGER:-P1D\r\nEND:VALARM\r\n', size).trimEnd())],
  [
    'many categories that are too long',
    (size) => todo(repeated(`CATEGORIES:${'x'.repeat(70)}\r\n`, size).trimEnd()),
  ],
  ['components in components', (size) => repeated('BEGIN:VCALENDAR\r\n', size)],
  ['ends without a begin', (size) => calendarOf() + repeated('END:VTODO\r\n', size)],
  ['blank lines', (size) => calendarOf() + repeated('\r\n', size)],
  ['lines that are no content lines', (size) => todo(repeated('nonsense\r\n', size).trimEnd())],
  [
    'entries without UID',
    (size) => calendarOf(repeated('BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\n', size).trimEnd()),
  ],
  [
    'dates that are left out and added',
    (size) =>
      todo(
        'DUE:20261201T090000',
        'RRULE:FREQ=DAILY',
        ...['EXDATE', 'RDATE'].map((name) =>
          repeated(`${name};TZID=Asia/Tokyo:20261201T090000,20261202T090000\r\n`, size / 2).trimEnd(),
        ),
      ),
  ],
  [
    'changed occurrences of one series',
    (size) =>
      calendarOf(
        entry('VTODO', ['DUE:20261201T090000', 'RRULE:FREQ=SECONDLY']),
        ...Array.from({ length: Math.ceil(size / 90) }, (_, n) =>
          entry('VTODO', [
            `RECURRENCE-ID:20261201T09${String(Math.floor(n / 60) % 60).padStart(2, '0')}${String(n % 60).padStart(2, '0')}`,
          ]),
        ),
      ),
  ],
  [
    'series without their first dates',
    (size) =>
      manyTodos(size).replaceAll(
        'END:',
        'RRULE:FREQ=DAILY;COUNT=999\r\nEXDATE:20261201T090000,20261202T090000\r\nEND:',
      ),
  ],
  [
    'zones that only the file has',
    (size) =>
      calendarOf(
        ...Array.from({ length: Math.ceil(size / 200) }, (_, n) =>
          [
            'BEGIN:VTIMEZONE',
            `TZID:z${n}`,
            'BEGIN:STANDARD',
            'DTSTART:19700101T000000',
            'TZOFFSETFROM:+0117',
            'TZOFFSETTO:+0117',
            'END:STANDARD',
            'END:VTIMEZONE',
          ].join('\r\n'),
        ),
      ),
  ],
  ['one rule', (size) => todo('DUE:20261201T090000Z', `RRULE:FREQ=DAILY;BYSETPOS=${repeated('1,', size)}1`)],
];

async function tryImport(text: string): Promise<void> {
  try {
    await importText(text);
  } catch (error) {
    assert.ok(error instanceof AppError && error.status === 422, String(error));
  }
}

describe('an import takes time in proportion to its file:', () => {
  for (const [what, file] of files)
    test(what, async () => {
      await assertLinear(30_000, (size) => tryImport(file(size)));
    });
});

describe('an import of 1 MB does not block the event loop:', () => {
  for (const [what, file] of files)
    test(what, async () => {
      const text = file(1_000_000);
      const block = await longestBlockOf(() => tryImport(text));
      assert.ok(block < 50, `${block} ms`);
    });
});

test('a file describes a zone that changes its clock by many rules; it is read in little time', async () => {
  const observance = (n: number) =>
    [
      n % 2 === 0 ? 'BEGIN:STANDARD' : 'BEGIN:DAYLIGHT',
      `DTSTART:16010${(n % 8) + 1}01T020000`,
      `RRULE:FREQ=YEARLY;BYMONTH=${n + 1};BYDAY=1SU`,
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      n % 2 === 0 ? 'END:STANDARD' : 'END:DAYLIGHT',
    ].join('\r\n');
  const zone = (name: string) =>
    ['BEGIN:VTIMEZONE', `TZID:${name}`, ...[0, 1, 2, 3, 4, 5, 6, 7].map(observance), 'END:VTIMEZONE'].join(
      '\r\n',
    );
  const zones = Array.from({ length: 10 }, (_, n) => `zone ${n}`);
  const text = calendarOf(
    ...zones.map(zone),
    ...zones.map((name, n) => entry('VTODO', [`DUE;TZID=${name}:20261201T090000`]).replace('u1', `u${n}`)),
  );
  const block = await longestBlockOf(() => tryImport(text));
  assert.ok(block < 50, `${block} ms`);
});

test('an export takes time in proportion to the tasks, whatever their zones and years are', async () => {
  const zones = Intl.supportedValuesOf('timeZone');
  await assertLinear(200, (size) =>
    exportCalendar(
      Array.from({ length: size }, (_, n) =>
        taskOf({
          title: 't',
          due_date: `${1_000 + ((n * 37) % 8_000)}-06-01T09:00:00Z`,
          time_zone: zones[n % 50] ?? null,
          recurrence_rule: 'FREQ=DAILY',
        }),
      ),
    ),
  );
});

test('memory holds the tasks of a file, and not its text', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const lines = Buffer.from('ATTENDEE;CN=Ada:mailto:ada@example.com\r\nDESCRIPTION:milk\r\n'.repeat(1_000));
  const used: number[] = [];
  function* file() {
    yield Buffer.from('BEGIN:VCALENDAR\r\n');
    for (let n = 0; n < 1_000; n += 1) {
      yield Buffer.from(`BEGIN:VTODO\r\nUID:${n}\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\n`);
      yield lines;
      yield Buffer.from('END:VJOURNAL\r\n');
      if (n % 100 !== 10) continue;
      collect();
      used.push(process.memoryUsage().heapUsed);
    }
    yield Buffer.from('END:VCALENDAR\r\n');
  }
  const { drafts } = await importCalendar(file(), { zone: 'UTC', now });
  assert.equal(drafts.length, 1_000);
  const growth = (used.at(-1) ?? 0) - (used[0] ?? 0);
  assert.ok(growth < 5_000_000, `${growth} bytes for ${lines.length * 900} bytes of text`);
});
