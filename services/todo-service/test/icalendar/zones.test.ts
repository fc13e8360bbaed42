import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import {
  draftOf,
  entry,
  importText,
  read,
  readEvent,
  readTodo,
  reasonsOf,
} from '../support/calendar-file.ts';
import { calendarOf } from '../support/calendar-task.ts';

const dueOf = ({ due_date, time_zone }: TaskDraft) => [due_date, time_zone];

/** A VTIMEZONE with the rules of the European Union, as Outlook writes it, moved by some hours. */
const describedZone = (tzid: string, hours = 1) => {
  const offset = (value: number) => `+${String(value).padStart(2, '0')}00`;
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    `TZOFFSETFROM:${offset(hours + 1)}`,
    `TZOFFSETTO:${offset(hours)}`,
    'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    `TZOFFSETFROM:${offset(hours)}`,
    `TZOFFSETTO:${offset(hours + 1)}`,
    'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3;',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ].join('\r\n');
};
const series = (tzid: string) =>
  entry('VEVENT', [`DTSTART;TZID=${tzid}:20270315T090000`, 'RRULE:FREQ=WEEKLY;COUNT=10']);

describe('the zone of a time is', () => {
  for (const [what, line, zone] of [
    ['X7: an IANA name behind a slash', 'DUE;TZID=/Europe/Vienna:20270310T090000', 'Europe/Vienna'],
    [
      'X7: an IANA name behind a prefix of Evolution',
      'DUE;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20270310T090000',
      'Europe/Berlin',
    ],
    [
      'an IANA name with three parts behind a prefix of Mozilla',
      'DUE;TZID=/mozilla.org/20050126_1/America/Argentina/Buenos_Aires:20270310T090000',
      'America/Argentina/Buenos_Aires',
    ],
    ['the name of UTC in Exchange', 'DUE;TZID=tzone://Microsoft/Utc:20270310T090000', 'Utc'],
    [
      'X7: a Windows name without a VTIMEZONE',
      'DUE;TZID=Pacific Standard Time:20270310T090000',
      'America/Los_Angeles',
    ],
    [
      'case 38: a Windows name in quotes',
      'DUE;TZID="W. Europe Standard Time":20270310T090000',
      'Europe/Berlin',
    ],
    ['a Windows name in other letters', 'DUE;TZID=tokyo standard time:20270310T090000', 'Asia/Tokyo'],
    [
      'case 38: what Windows shows',
      'DUE;TZID="(UTC+01:00) Amsterdam, Berlin":20270310T090000',
      'Europe/Amsterdam',
    ],
    [
      'what Windows shows, without quotes',
      'DUE;TZID=(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna:20270310T090000',
      'Europe/Amsterdam',
    ],
    [
      'what Windows shows in America',
      'DUE;TZID="(UTC-05:00) Eastern Time (US & Canada)":20270310T090000',
      'America/New_York',
    ],
  ] as const)
    test(`${what} (${line})`, async () => {
      const [due, found] = dueOf(draftOf(await readTodo(line)));
      assert.deepEqual([String(due).slice(0, 16), found], ['2027-03-10T09:00', zone]);
    });

  test('X1, case 39: a Windows name with a VTIMEZONE, for the whole series', async () => {
    const tzid = 'W. Europe Standard Time';
    const draft = draftOf(await read(describedZone(tzid), series(tzid)));
    assert.deepEqual(dueOf(draft), ['2027-03-15T09:00:00+01:00', 'Europe/Berlin']);
    assert.equal(draft.recurrence_rule, 'FREQ=WEEKLY;COUNT=10');
  });

  test('an IANA zone whose clock the described one has, with a note: that of the person first', async () => {
    for (const [person, zone] of [
      ['Europe/Paris', 'Europe/Paris'],
      ['Asia/Tokyo', 'Europe/Berlin'],
    ] as const) {
      const { drafts, notes } = await importText(
        calendarOf(describedZone('Office'), series('Office')),
        person,
      );
      assert.deepEqual(dueOf(drafts[0]?.draft ?? { title: '' }), ['2027-03-15T09:00:00+01:00', zone]);
      assert.deepEqual(reasonsOf(notes), [
        `its time zone "Office" was read as ${zone}, which has the same clock`,
      ]);
    }
  });

  test('one of Etc, if the described clock never changes', async () => {
    const fixed = [
      'BEGIN:VTIMEZONE',
      'TZID:GMT+0300',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0300',
      'TZOFFSETTO:+0300',
      'END:STANDARD',
      'END:VTIMEZONE',
    ].join('\r\n');
    const { drafts } = await read(fixed, series('GMT+0300'));
    assert.deepEqual(dueOf(drafts[0]?.draft ?? { title: '' }), ['2027-03-15T09:00:00+03:00', 'Etc/GMT-3']);
  });

  test('described after the entry that uses it', async () => {
    const { drafts, notes } = await read(series('Office'), describedZone('Office', 5));
    assert.equal(drafts[0]?.draft.due_date, '2027-03-15T09:00:00+05:00');
    assert.equal(notes.length, 1);
  });

  test('known only to the file: a series becomes its dates of five years', async () => {
    const { drafts, notes } = await read(
      describedZone('Mars', 7),
      entry('VEVENT', [
        'DTSTART;TZID=Mars:20270315T090000',
        'DTEND;TZID=Mars:20270315T100000',
        'RRULE:FREQ=WEEKLY;UNTIL=20270412T020000Z',
        'EXDATE;TZID=Mars:20270322T090000',
      ]),
    );
    const [{ draft } = { draft: { title: '' } as TaskDraft }] = drafts;
    assert.deepEqual(
      [draft.start, draft.due_date, draft.time_zone, draft.recurrence_rule],
      ['2027-03-15T09:00:00+07:00', '2027-03-15T10:00:00+07:00', null, 'FREQ=DAILY;COUNT=1'],
    );
    // The clock changed on 28 March.
    assert.deepEqual(draft.rdates, [
      '2027-03-22T03:00:00Z',
      '2027-03-29T02:00:00Z',
      '2027-04-05T02:00:00Z',
      '2027-04-12T02:00:00Z',
    ]);
    assert.deepEqual(draft.exdates, ['2027-03-22T03:00:00Z']);
    assert.deepEqual(reasonsOf(notes), [
      'its time zone is known only to this file, so its series was imported as 5 single dates',
    ]);
    const daily = await read(
      describedZone('Mars', 7),
      entry('VTODO', ['DUE;TZID=Mars:20270315T090000', 'RRULE:FREQ=DAILY']),
    );
    assert.equal(daily.drafts[0]?.draft.rdates?.length, 366);
  });

  test('that of the calendar, if nothing describes it or the time has none', async () => {
    const file = (zone: string, ...lines: string[]) =>
      calendarOf(`X-WR-TIMEZONE:${zone}`, entry('VTODO', lines));
    const floating = await importText(file('America/New_York', 'DUE:20270310T090000'));
    assert.deepEqual(dueOf(draftOf(floating)), ['2027-03-10T09:00:00-05:00', 'America/New_York']);
    const ofWindows = await importText(file('Tokyo Standard Time', 'DUE:20270310T090000'));
    assert.deepEqual(dueOf(draftOf(ofWindows)), ['2027-03-10T09:00:00+09:00', 'Asia/Tokyo']);
    const unknown = await importText(file('America/New_York', 'DUE;TZID=Mars/Olympus:20270310T090000'));
    assert.equal(unknown.drafts[0]?.draft.due_date, '2027-03-10T09:00:00-05:00');
    assert.deepEqual(reasonsOf(unknown.notes), [
      'its time zone "Mars/Olympus" is unknown, so its times were read in America/New_York',
    ]);
  });

  test('X5: that of the person, if neither the time nor the calendar has one', async () => {
    const due = ['2026-10-01T09:00:00+02:00', 'Europe/Berlin'];
    assert.deepEqual(dueOf(draftOf(await readTodo('DUE:20261001T090000'))), due);
    const { drafts } = await importText(
      calendarOf('X-WR-TIMEZONE:Nowhere', entry('VTODO', ['DUE:20261001T090000'])),
    );
    assert.deepEqual(dueOf(drafts[0]?.draft ?? { title: '' }), due);
  });

  test('the same for the start and the end of an event', async () => {
    const { start, due_date, time_zone } = draftOf(
      await readEvent(
        'DTSTART;TZID=Europe/Berlin:20270310T090000',
        'DTEND;TZID=America/New_York:20270310T120000',
      ),
    );
    assert.deepEqual(
      [start, due_date, time_zone],
      ['2027-03-10T09:00:00+01:00', '2027-03-10T18:00:00+01:00', 'Europe/Berlin'],
    );
  });
});
