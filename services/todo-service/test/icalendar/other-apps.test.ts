/** Files in the form in which known programs export them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import { parseCalendars } from '../../src/icalendar/parse.ts';
import { importText, reasonsOf } from '../support/calendar-file.ts';

const zoneOfOutlook = `BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE`;

const outlook = `BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:PUBLISH
X-MS-OLK-FORCEINSPECTOROPEN:TRUE
${zoneOfOutlook}
BEGIN:VEVENT
CLASS:PUBLIC
CREATED:20260901T080000Z
DESCRIPTION:Agenda:\\n
\t1. Numbers
DTEND;TZID="W. Europe Standard Time":20260928T103000
DTSTAMP:20260901T080000Z
DTSTART;TZID="W. Europe Standard Time":20260928T093000
EXDATE;TZID="W. Europe Standard Time":20261012T093000
LAST-MODIFIED:20260901T080000Z
LOCATION:Microsoft Teams Meeting
ORGANIZER;CN="Ada: Lovelace":mailto:ada@example.com
PRIORITY:5
RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO
SEQUENCE:0
SUMMARY;LANGUAGE=en-us:Weekly meeting
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000000
X-ALT-DESC;FMTTYPE=text/html:<html><body>1. Numbers;x:y</body></html>
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
`;

const google = `BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Ada
X-WR-TIMEZONE:America/New_York
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20261106T170000
DTEND;TZID=America/New_York:20261106T180000
RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20261205T045959Z;BYDAY=FR
EXDATE;TZID=America/New_York:20261120T170000
DTSTAMP:20261101T080000Z
UID:lesson@google.com
CREATED:00001231T000000Z
SUMMARY:Lesson
SEQUENCE:1
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART:20261114T220000Z
DTEND:20261114T230000Z
DTSTAMP:20261101T080000Z
UID:lesson@google.com
RECURRENCE-ID;TZID=America/New_York:20261113T170000
SUMMARY:Lesson
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
UID:holidays@google.com
SUMMARY:Holidays
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:This is an event reminder
TRIGGER:-P0DT15H0M0S
END:VALARM
END:VEVENT
END:VCALENDAR
`;

const apple = `BEGIN:VCALENDAR
METHOD:PUBLISH
VERSION:2.0
X-WR-CALNAME:Home
PRODID:-//Apple Inc.//macOS 15.1//EN
X-APPLE-CALENDAR-COLOR:#1BADF8
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTODO
CREATED:20260801T100000Z
UID:6B0B5C1E-AAAA-BBBB-CCCC-000000000001
SUMMARY:Buy stamps
DUE:20261201T090000
DTSTAMP:20260801T100000Z
X-APPLE-SORT-ORDER:12345
BEGIN:VALARM
X-WR-ALARMUID:A1
UID:A1
TRIGGER;VALUE=DATE-TIME:19760401T005545Z
ACTION:DISPLAY
X-APPLE-PROXIMITY:ARRIVE
X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Main St, 1";X-APPLE-RADIUS=100;X-TITLE=Post:geo:52.5,13.4
END:VALARM
END:VTODO
BEGIN:VTODO
UID:6B0B5C1E-AAAA-BBBB-CCCC-000000000002
SUMMARY:Call home
COMPLETED:20260830T101500Z
PERCENT-COMPLETE:100
STATUS:COMPLETED
END:VTODO
BEGIN:VEVENT
UID:6B0B5C1E-AAAA-BBBB-CCCC-000000000003
DTSTART;VALUE=DATE:20270503
DTEND;VALUE=DATE:20270504
RRULE:FREQ=YEARLY
SUMMARY:Birthday
BEGIN:VALARM
X-APPLE-DEFAULT-ALARM:TRUE
ACTION:AUDIO
TRIGGER:-PT15H
END:VALARM
END:VEVENT
END:VCALENDAR
`;

const thunderbird = `BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
BEGIN:VTIMEZONE
TZID:/mozilla.org/20050126_1/Europe/Vienna
X-LIC-LOCATION:Europe/Vienna
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
BEGIN:VTODO
CREATED:20260801T100000Z
UID:t1
SUMMARY:Water the plants
RRULE:FREQ=DAILY;INTERVAL=3
DTSTART;TZID=/mozilla.org/20050126_1/Europe/Vienna:20261201T080000
DUE;TZID=/mozilla.org/20050126_1/Europe/Vienna:20261201T090000
X-MOZ-LASTACK:20261101T080000Z
X-MOZ-GENERATION:3
END:VTODO
END:VCALENDAR
`;

const nextcloud = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Nextcloud Tasks v0.16.1
BEGIN:VTODO
UID:n1
CREATED:20260801T100000
LAST-MODIFIED:20260802T100000
DTSTAMP:20260802T100000
SUMMARY:Trip
PERCENT-COMPLETE:50
STATUS:IN-PROCESS
X-OC-HIDESUBTASKS:0
DUE;VALUE=DATE:20261201
PRIORITY:1
END:VTODO
BEGIN:VTODO
UID:n2
SUMMARY:Pack
RELATED-TO:n1
DUE:20261130T180000
END:VTODO
END:VCALENDAR
`;

const summary = async (file: string, zone?: string) => {
  const { drafts, skipped, notes } = await importText(file.replaceAll('\n', '\r\n'), zone);
  assert.deepEqual(skipped, []);
  return { tasks: drafts, drafts: drafts.map(({ draft }) => draft), notes: reasonsOf(notes) };
};

test('Outlook', async () => {
  const { drafts, tasks, notes } = await summary(outlook, 'America/New_York');
  assert.deepEqual(notes, ['not imported: LOCATION']);
  assert.equal(tasks[0]?.createdAt, '2026-09-01T08:00:00.000Z');
  assert.deepEqual(drafts, [
    {
      title: 'Weekly meeting',
      description: 'Agenda:\n1. Numbers',
      priority: 3,
      labels: [],
      start: '2026-09-28T09:30:00+02:00',
      due_date: '2026-09-28T10:30:00+02:00',
      time_zone: 'Europe/Berlin',
      reminders: [{ before: 'PT1H15M' }],
      recurrence_rule: 'FREQ=WEEKLY;COUNT=10;BYDAY=MO',
      exdates: ['2026-10-12T10:30:00+02:00'],
    },
  ]);
});

test('Google', async () => {
  const { drafts, tasks, notes } = await summary(google);
  assert.deepEqual(notes, []);
  assert.deepEqual(
    tasks.map(({ createdAt, recurrenceId }) => [createdAt, recurrenceId]),
    [
      [null, null],
      [null, '2026-11-13T17:00:00'],
      [null, null],
    ],
  );
  const [lesson, moved, holidays] = drafts;
  assert.equal(lesson?.recurrence_rule, 'FREQ=WEEKLY;UNTIL=20261205T055959Z;BYDAY=FR;WKST=SU');
  assert.deepEqual(lesson.exdates, ['2026-11-13T18:00:00-05:00', '2026-11-20T18:00:00-05:00']);
  assert.deepEqual([moved?.start, moved?.due_date], ['2026-11-14T22:00:00Z', '2026-11-14T23:00:00Z']);
  assert.deepEqual(
    [holidays?.start, holidays?.due_date, holidays?.reminders],
    ['2026-12-24', '2026-12-26', [{ before: 'P3D' }]],
  );
});

test('Apple', async () => {
  const { drafts, tasks, notes } = await summary(apple, 'America/New_York');
  assert.deepEqual(notes, ['an alarm was skipped: it rings at a place, not at a time']);
  const [stamps, call, birthday] = drafts;
  assert.deepEqual(
    [stamps?.due_date, stamps?.time_zone, stamps?.reminders],
    ['2026-12-01T09:00:00+01:00', 'Europe/Berlin', []],
  );
  assert.deepEqual([call?.status, tasks[1]?.completedAt], ['complete', '2026-08-30T10:15:00.000Z']);
  assert.deepEqual(
    [birthday?.due_date, birthday?.recurrence_rule, birthday?.reminders],
    ['2027-05-03', 'FREQ=YEARLY', [{ before: 'P1D' }]],
  );
});

test('Thunderbird', async () => {
  const { drafts, notes } = await summary(thunderbird);
  assert.deepEqual(notes, []);
  assert.deepEqual(
    [drafts[0]?.start, drafts[0]?.due_date, drafts[0]?.time_zone, drafts[0]?.recurrence_rule],
    ['2026-12-01T08:00:00+01:00', '2026-12-01T09:00:00+01:00', 'Europe/Vienna', 'FREQ=DAILY;INTERVAL=3'],
  );
});

test('Nextcloud', async () => {
  const { drafts, tasks, notes } = await summary(nextcloud);
  assert.deepEqual(notes, []);
  assert.deepEqual(
    [drafts[0]?.status, drafts[0]?.priority, drafts[0]?.due_date, tasks[1]?.parentUid, drafts[1]?.due_date],
    ['in_progress', 1, '2026-12-01', 'n1', '2026-11-30T18:00:00+01:00'],
  );
});

test('a calendar is read with all that it contains, for a client that gets it back', async () => {
  const [calendar, ...others] = await parseCalendars(apple);
  assert.ok(calendar);
  assert.deepEqual(others, []);
  const expected = new ICAL.Component(ICAL.parse(apple) as unknown[]);
  const namesOf = (component: ICAL.Component): string[] => [
    ...component.getAllProperties().map(({ name }) => name.replace('x-rondo-read-', '')),
    ...component.getAllSubcomponents().flatMap((one) => [one.name, ...namesOf(one)]),
  ];
  assert.deepEqual(namesOf(calendar), namesOf(expected));
  await assert.rejects(() => parseCalendars(apple.replace('METHOD', 'nonsense\nMETHOD')), /has no meaning/);
});
