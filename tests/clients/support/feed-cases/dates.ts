import { berlin, daily, weekly, monthly, yearly, morning, type FeedCase } from './feed-case.ts';

export const single: FeedCase[] = [
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

export const plain: FeedCase[] = [
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

export const clocks: FeedCase[] = [
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

export const months: FeedCase[] = [
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
