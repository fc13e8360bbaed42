import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftOf, readEvent, reasonsOf } from '../support/calendar-file.ts';

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
    [{ at: '2026-12-01T09:55:00.000Z' }, { at: '2026-12-01T09:10:00.000Z' }],
  );
  assert.deepEqual(reasonsOf((await readEvent(begin, 'RRULE:FREQ=DAILY', alarm('TRIGGER:PT10M'))).notes), [
    'an alarm that is not before the due date rings only for the first occurrence',
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
