import fc from 'fast-check';
import { anyMatchingRule } from '@rondo/recurrence/test/arbitrary-series';
import type { ScheduleEdit, ScheduleEnd, ScheduleSettingsPatch } from '@rondo/shared/contracts/schedule';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { rfc3339, wallOfText } from '@rondo/time/iso-8601';
import { instantOf } from '@rondo/time/wall-clock';

/** What happens to a task before its calendar is read. */
export type Step =
  | { complete: number }
  | { skip: number }
  | { patch: object }
  | { settings: ScheduleSettingsPatch }
  | { edit: ScheduleEdit }
  | { end: ScheduleEnd }
  | { pause: true };

/** A task that a calendar shows. `title` says what it is about. */
export type FeedCase = Omit<TaskDraft, 'due_date'> & { due_date?: string; steps?: Step[] };

const berlin = { time_zone: 'Europe/Berlin' };
const daily = { recurrence_rule: 'FREQ=DAILY' };
const weekly = { recurrence_rule: 'FREQ=WEEKLY' };
const monthly = { recurrence_rule: 'FREQ=MONTHLY' };
const yearly = { recurrence_rule: 'FREQ=YEARLY' };
const morning = { due_date: '2027-01-11T09:00:00+01:00', ...berlin };

const single: FeedCase[] = [
  { title: 'a day', due_date: '2027-03-10' },
  { title: 'some days', start: '2027-03-10', due_date: '2027-03-12' },
  { title: 'a time', due_date: '2027-03-10T09:00:00+01:00', ...berlin },
  { title: 'a time without a zone', due_date: '2027-03-10T09:00:00+05:30' },
  { title: 'only a start', start: '2027-03-10T09:00:00+01:00', ...berlin },
  {
    title: 'a meeting',
    start: '2027-03-10T09:00:00+01:00',
    due_date: '2027-03-10T11:30:00+01:00',
    ...berlin,
  },
  {
    title: 'a night in spring',
    start: '2027-03-27T22:00:00+01:00',
    due_date: '2027-03-28T06:00:00+02:00',
    ...berlin,
  },
  { title: 'the second 02:30', due_date: '2027-10-31T02:30:00+01:00', ...berlin },
  {
    title: 'a start on a day and an end at a time',
    start: '2027-03-10',
    due_date: '2027-03-12T09:00:00+01:00',
    ...berlin,
  },
];

const plain: FeedCase[] = [
  { title: 'every day', due_date: '2027-01-11', ...daily },
  { title: 'every morning', ...morning, ...daily },
  { title: 'every week', ...morning, ...weekly },
  { title: 'every month', ...morning, ...monthly },
  { title: 'every year', ...morning, ...yearly },
  {
    title: 'every other Tuesday and Friday',
    ...morning,
    due_date: '2027-01-12T09:00:00+01:00',
    recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR',
  },
  {
    title: 'weeks from Sunday',
    ...morning,
    due_date: '2027-01-12T09:00:00+01:00',
    recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU',
  },
  {
    title: 'a meeting each day',
    start: '2027-01-11T09:00:00+01:00',
    due_date: '2027-01-11T11:30:00+01:00',
    ...berlin,
    ...daily,
  },
  {
    title: 'every night',
    start: '2027-01-11T22:00:00+01:00',
    due_date: '2027-01-12T06:00:00+01:00',
    ...berlin,
    ...daily,
  },
  { title: 'three days each month', start: '2027-01-10', due_date: '2027-01-12', ...monthly },
  { title: 'three days at the end of months', start: '2027-01-29', due_date: '2027-01-31', ...monthly },
  {
    title: 'a date that the rule does not give',
    due_date: '2027-01-12',
    recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
  },
  {
    title: 'a due date of 1975',
    due_date: '1975-06-10T09:00:00+01:00',
    ...berlin,
    recurrence_rule: 'FREQ=YEARLY',
  },
];

const clocks: FeedCase[] = [
  { title: 'in New York', due_date: '2027-03-10T09:00:00-05:00', time_zone: 'America/New_York', ...daily },
  { title: 'in Auckland', due_date: '2027-03-10T09:00:00+13:00', time_zone: 'Pacific/Auckland', ...weekly },
  { title: 'in Dublin', due_date: '2027-03-10T01:30:00+00:00', time_zone: 'Europe/Dublin', ...daily },
  {
    title: 'in Lord Howe',
    due_date: '2027-03-10T02:15:00+11:00',
    time_zone: 'Australia/Lord_Howe',
    ...daily,
  },
  { title: 'in Kolkata', due_date: '2027-03-10T09:00:00+05:30', time_zone: 'Asia/Kolkata', ...daily },
  { title: 'in UTC', due_date: '2027-03-10T09:00:00Z', time_zone: 'UTC', ...daily },
  { title: 'without a zone', due_date: '2027-03-10T09:00:00+01:00', ...daily },
  { title: 'at a time that is skipped', due_date: '2027-03-20T02:30:00+01:00', ...berlin, ...daily },
  { title: 'from a time that is skipped', due_date: '2027-03-28T03:30:00+02:00', ...berlin, ...daily },
  {
    title: 'at a time that is skipped, strictly',
    due_date: '2027-03-20T02:30:00+01:00',
    ...berlin,
    ...daily,
    steps: [{ settings: { policies: { gap: 'skip' } } }],
  },
  { title: 'at a time that is repeated', due_date: '2027-10-20T02:30:00+02:00', ...berlin, ...daily },
  { title: 'from the second 02:30', due_date: '2027-10-31T02:30:00+01:00', ...berlin, ...daily },
  {
    title: 'a meeting that begins in the gap',
    start: '2027-03-20T02:30:00+01:00',
    due_date: '2027-03-20T05:00:00+01:00',
    ...berlin,
    ...daily,
  },
  { title: 'with milliseconds', due_date: '2027-03-20T09:00:00.250+01:00', ...berlin, ...weekly },
];

const months: FeedCase[] = [
  { title: 'the 31st', due_date: '2027-01-31', ...monthly },
  { title: 'the 30th at 9', due_date: '2027-01-30T09:00:00+01:00', ...berlin, ...monthly },
  {
    title: 'the 31st, strictly',
    due_date: '2027-01-31',
    ...monthly,
    steps: [{ settings: { policies: { month_end: 'skip' } } }],
  },
  { title: 'the 31st every other month', due_date: '2027-01-31', recurrence_rule: 'FREQ=MONTHLY;INTERVAL=2' },
  { title: 'the 31st three times', due_date: '2027-01-31', recurrence_rule: 'FREQ=MONTHLY;COUNT=3' },
  { title: 'the 31st after February', due_date: '2027-01-31', ...monthly, steps: [{ complete: 1 }] },
  {
    title: 'the 15th and the 31st',
    due_date: '2027-01-15',
    recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=15,31',
  },
  { title: 'the last day', due_date: '2027-01-31', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
  { title: '29 February', due_date: '2028-02-29', ...yearly },
  { title: '29 February, past the leap year', due_date: '2024-02-29', ...yearly, steps: [{ complete: 1 }] },
  { title: '31 of two months', due_date: '2027-01-31', recurrence_rule: 'FREQ=YEARLY;BYMONTH=1,4' },
  {
    title: 'the last weekday',
    due_date: '2027-01-29T17:00:00+01:00',
    ...berlin,
    recurrence_rule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  },
  { title: 'the second Tuesday', due_date: '2027-01-12', recurrence_rule: 'FREQ=MONTHLY;BYDAY=2TU' },
  {
    title: 'the first and last weekend day',
    due_date: '2027-01-02',
    recurrence_rule: 'FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1',
  },
  { title: 'day 100 of the year', due_date: '2027-04-10', recurrence_rule: 'FREQ=YEARLY;BYYEARDAY=100' },
  { title: 'Monday of week 20', due_date: '2027-05-17', recurrence_rule: 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO' },
  {
    title: 'Friday the 13th',
    due_date: '2027-08-13',
    recurrence_rule: 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
  },
];

const states: FeedCase[] = [
  { title: 'five times', due_date: '2027-01-11', recurrence_rule: 'FREQ=WEEKLY;COUNT=5' },
  {
    title: 'five times, two of them done',
    due_date: '2027-01-11',
    recurrence_rule: 'FREQ=WEEKLY;COUNT=5',
    steps: [{ complete: 2 }],
  },
  {
    title: 'five times, four of them done',
    ...morning,
    recurrence_rule: 'FREQ=WEEKLY;COUNT=5',
    steps: [{ complete: 4 }],
  },
  {
    title: 'five times, all done',
    ...morning,
    recurrence_rule: 'FREQ=WEEKLY;COUNT=5',
    steps: [{ complete: 5 }],
  },
  { title: 'until a day', ...morning, recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270301' },
  { title: 'until a time', ...morning, recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270301T080000Z' },
  { title: 'until just before a time', ...morning, recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270301T075959Z' },
  {
    title: 'days until an instant',
    due_date: '2027-01-11',
    recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270301T075959Z',
  },
  { title: 'skipped once', ...morning, ...weekly, steps: [{ skip: 1 }] },
  {
    title: 'moved once',
    ...morning,
    ...weekly,
    steps: [{ complete: 1 }, { edit: { scope: 'this', due_date: '2027-01-20T11:00:00+01:00' } }],
  },
  {
    title: 'moved beyond the next date',
    due_date: '2027-01-11',
    ...weekly,
    steps: [{ complete: 1 }, { edit: { scope: 'this', due_date: '2027-02-03' } }],
  },
  {
    title: 'moved with all that follow',
    ...morning,
    ...weekly,
    steps: [{ complete: 1 }, { edit: { scope: 'following', due_date: '2027-01-20T11:00:00+01:00' } }],
  },
  {
    title: 'with dates left out and added',
    due_date: '2027-03-01',
    ...daily,
    steps: [{ settings: { exdates: ['2027-03-03', '2027-03-04'], rdates: ['2027-03-20', '2028-01-01'] } }],
  },
  {
    title: 'with times left out and added',
    due_date: '2027-03-01T09:00:00+01:00',
    ...berlin,
    recurrence_rule: 'FREQ=WEEKLY;COUNT=8',
    steps: [{ settings: { exdates: ['2027-03-29T09:00:00+02:00'], rdates: ['2027-03-30T10:00:00+02:00'] } }],
  },
  {
    title: 'with a month end left out',
    due_date: '2027-01-31',
    ...monthly,
    steps: [{ settings: { exdates: ['2027-02-28'], rdates: ['2027-03-01'] } }],
  },
  {
    title: 'with the added date open',
    due_date: '2027-03-01',
    ...weekly,
    steps: [{ settings: { rdates: ['2027-03-03'] } }, { complete: 1 }],
  },
  { title: 'paused', ...morning, ...weekly, steps: [{ pause: true }] },
  { title: 'ended', ...morning, ...weekly, steps: [{ end: {} }] },
  {
    title: 'ending after three',
    ...morning,
    ...weekly,
    steps: [{ complete: 1 }, { end: { after_occurrences: 3 } }],
  },
  { title: 'ending on a day', ...morning, ...weekly, steps: [{ end: { on: '2027-03-01' } }] },
  { title: 'by completion', ...morning, ...weekly, recurrence_basis: 'completion' },
  {
    title: 'by completion, done once',
    due_date: '2027-01-11',
    ...weekly,
    recurrence_basis: 'completion',
    steps: [{ complete: 1 }],
  },
];

const reminding: FeedCase[] = [
  { title: 'an hour before', ...morning, reminders: [{ before: 'PT1H' }] },
  {
    title: 'at the time and at an instant',
    ...morning,
    reminders: [{ before: 'PT0S' }, { at: '2027-01-10T12:00:00Z' }],
  },
  { title: 'at an instant after it', ...morning, reminders: [{ at: '2027-02-10T12:00:00Z' }] },
  {
    title: 'a day and two weeks before a clock change',
    due_date: '2027-03-28T09:00:00+02:00',
    ...berlin,
    reminders: [{ before: 'P1D' }, { before: 'P2W' }],
  },
  {
    title: '24 hours before, over a clock change',
    due_date: '2027-03-28T09:00:00+02:00',
    ...berlin,
    reminders: [{ before: 'PT24H' }, { before: 'P1DT12H' }],
  },
  {
    title: 'three hours before, over a clock change in autumn',
    due_date: '2027-10-31T03:30:00+01:00',
    ...berlin,
    reminders: [{ before: 'PT3H' }],
  },
  {
    title: 'before the second 02:30',
    due_date: '2027-10-31T02:30:00+01:00',
    ...berlin,
    reminders: [{ before: 'PT30M' }, { before: 'P1D' }],
  },
  {
    title: 'a day before, at a time that is skipped',
    due_date: '2027-03-29T02:30:00+02:00',
    ...berlin,
    reminders: [{ before: 'P1D' }],
  },
  { title: 'hours and seconds before', ...morning, reminders: [{ before: 'PT1H30S' }] },
  {
    title: 'before a time without a zone',
    due_date: '2027-03-28T09:00:00+02:00',
    reminders: [{ before: 'P1D' }],
  },
  {
    title: 'before a meeting',
    start: '2027-03-10T09:00:00+01:00',
    due_date: '2027-03-10T11:30:00+01:00',
    ...berlin,
    reminders: [{ before: 'PT3H' }],
  },
  { title: 'an hour before a day', due_date: '2027-03-10', reminders: [{ before: 'PT1H' }] },
  { title: 'on the day', due_date: '2027-03-28', reminders: [{ before: 'PT0S' }, { before: 'P1D' }] },
  {
    title: '12 hours before a day, over a clock change',
    due_date: '2027-03-28',
    reminders: [{ before: 'PT12H' }, { before: 'P1DT12H' }],
  },
  {
    title: 'before a day in Tokyo',
    due_date: '2027-03-10',
    time_zone: 'Asia/Tokyo',
    reminders: [{ before: 'PT1H' }, { before: 'P1D' }],
  },
  { title: 'before days', start: '2027-03-10', due_date: '2027-03-12', reminders: [{ before: 'P1D' }] },
  { title: 'before a series of days', due_date: '2027-03-10', ...daily, reminders: [{ before: 'PT1H' }] },
  {
    title: 'before a series with a start',
    start: '2027-03-10T09:00:00+01:00',
    due_date: '2027-03-10T11:30:00+01:00',
    ...berlin,
    ...daily,
    reminders: [{ before: 'PT3H' }],
  },
  {
    title: 'before a series after a completion',
    ...morning,
    ...daily,
    reminders: [{ before: 'PT1H' }],
    steps: [{ complete: 1 }],
  },
  {
    title: 'before a paused series',
    ...morning,
    ...daily,
    reminders: [{ before: 'PT1H' }],
    steps: [{ pause: true }],
  },
];

const anyRepetition = fc.record({
  recurrence_rule: anyMatchingRule,
  time_zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe'),
  day: fc.integer({ min: 1, max: 31 }),
  time: fc.option(fc.constantFrom('02:30:00', '09:00:00', '23:45:00')),
});

/** Series of any rule, the same in each run. */
const anyCases: FeedCase[] = fc
  .sample(anyRepetition, { numRuns: 120, seed: 15 })
  .map(({ day, time, ...fields }, index) => {
    const date = `2027-01-${String(day).padStart(2, '0')}`;
    return {
      ...fields,
      title: `${index + 1}: ${fields.recurrence_rule}${time === null ? '' : ` at ${time} in ${fields.time_zone}`} from ${date}`,
      due_date:
        time === null
          ? date
          : rfc3339(instantOf(wallOfText(`${date}T${time}`), fields.time_zone), fields.time_zone),
    };
  });

export const feedCases: FeedCase[] = [
  ...single,
  ...plain,
  ...clocks,
  ...months,
  ...states,
  ...reminding,
  ...anyCases,
];
