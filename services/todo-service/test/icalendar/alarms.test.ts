import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftOf, readEvent, readTodo, reasonsOf } from '../support/calendar-file.ts';

test('alarms become reminders: before the due date if they are relative to it', async () => {
  const alarm = (trigger: string) => `BEGIN:VALARM\r\nACTION:DISPLAY\r\n${trigger}\r\nEND:VALARM`;
  const remindersOf = async (lines: string[], ...triggers: string[]) =>
    draftOf(await readEvent(...lines, ...triggers.map(alarm))).reminders;
  const begin = 'DTSTART:20261201T090000Z';
  assert.deepEqual(
    await remindersOf(
      [begin],
      'TRIGGER:-PT15M',
      'TRIGGER:-PT15M',
      'TRIGGER;VALUE=DATE-TIME:20261201T080000Z',
    ),
    [{ before: 'PT15M' }, { at: '2026-12-01T08:00:00.000Z' }],
  );
  assert.deepEqual(
    await remindersOf([begin, 'DURATION:PT1H'], 'TRIGGER;RELATED=END:-PT5M', 'TRIGGER:PT10M'),
    [{ before: 'PT5M' }, { before: 'PT50M' }],
  );
  assert.deepEqual(reasonsOf((await readEvent(begin, 'RRULE:FREQ=DAILY', alarm('TRIGGER:PT10M'))).notes), [
    'an alarm that is after the due date rings only for the first occurrence',
  ]);
  const { drafts, notes } = await readEvent(
    begin,
    alarm('TRIGGER:-P30Y'),
    alarm('TRIGGER:soon'),
    alarm('ATTENDEE:mailto:a@b'),
  );
  assert.deepEqual(drafts[0]?.draft.reminders, []);
  assert.deepEqual(reasonsOf(notes), [
    'an alarm was skipped: "-P30Y" is not a duration of at most ten years',
    'an alarm was skipped: "soon" is not a duration of at most ten years',
    'an alarm was skipped: it has no TRIGGER',
  ]);
});

const alarm = (...lines: string[]) => ['BEGIN:VALARM', ...lines, 'END:VALARM'].join('\r\n');

test('X10: an alarm of 1 April 1976, which Apple writes for a place, is left out with a note', async () => {
  const { drafts, notes } = await readTodo(
    'DUE:20261201T090000Z',
    alarm('ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:19760401T005545Z', 'X-APPLE-PROXIMITY:ARRIVE'),
    alarm('ACTION:DISPLAY', 'TRIGGER:-PT15M'),
  );
  assert.deepEqual(drafts[0]?.draft.reminders, [{ before: 'PT15M' }]);
  assert.deepEqual(reasonsOf(notes), ['an alarm was skipped: it rings at a place, not at a time']);
});

test('an alarm of a series of events before their start is before their end, each time', async () => {
  const draft = draftOf(
    await readEvent(
      'DTSTART:20261201T090000Z',
      'DTEND:20261201T103000Z',
      'RRULE:FREQ=DAILY',
      alarm('TRIGGER:-PT15M'),
      alarm('TRIGGER:-P1D'),
      alarm('TRIGGER;RELATED=END:-PT1H0M30S'),
    ),
  );
  assert.deepEqual(draft.reminders, [{ before: 'PT1H45M' }, { before: 'P1DT1H30M' }, { before: 'PT1H30S' }]);
});

for (const [trigger, before] of [
  ['PT9H', 'PT0S'],
  ['RELATED=START:PT8H', 'PT1H'],
  ['RELATED=END:PT8H', 'PT1H'],
  ['-PT15H', 'P1D'],
  ['-PT30M', 'PT9H30M'],
  ['-P1D', 'P1DT9H'],
] as const)
  test(`X9: an alarm of an all-day date is before 9:00 of its day (${trigger})`, async () => {
    const line = trigger.includes('=') ? `TRIGGER;${trigger}` : `TRIGGER:${trigger}`;
    assert.deepEqual(draftOf(await readTodo('DUE;VALUE=DATE:20270310', alarm(line))).reminders, [{ before }]);
  });
