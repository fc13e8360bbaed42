import { describe } from 'node:test';
import { testPhrases } from './support/phrases.ts';

describe('days and weeks', () =>
  testPhrases([
    ['Water every day', 'Water', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY' }],
    ['Water daily at 8', 'Water', { due_date: '2026-11-19T08:00:00+01:00', recurrence_rule: 'FREQ=DAILY' }],
    [
      'Water daily at 12:30',
      'Water',
      { due_date: '2026-11-18T12:30:00+01:00', recurrence_rule: 'FREQ=DAILY' },
    ],
    ['Water every 3 days', 'Water', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;INTERVAL=3' }],
    ['Water every three days', 'Water', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;INTERVAL=3' }],
    ['Water every other day', 'Water', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;INTERVAL=2' }],
    ['Water every 2nd day', 'Water', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;INTERVAL=2' }],
    ['Water each day', 'Water', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY' }],
    [
      'Water every! 3 days',
      'Water',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;INTERVAL=3', recurrence_basis: 'completion' },
    ],
    [
      'Water every! other week starting tomorrow',
      'Water',
      { due_date: '2026-11-19', recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2', recurrence_basis: 'completion' },
    ],
    [
      'Water every morning',
      'Water',
      { due_date: '2026-11-19T09:00:00+01:00', recurrence_rule: 'FREQ=DAILY' },
    ],
    [
      'Water every evening at 6',
      'Water',
      { due_date: '2026-11-18T18:00:00+01:00', recurrence_rule: 'FREQ=DAILY' },
    ],
    ['Gym every week', 'Gym', { due_date: '2026-11-18', recurrence_rule: 'FREQ=WEEKLY' }],
    [
      'Gym every other tue',
      'Gym',
      { due_date: '2026-11-24', recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU' },
    ],
    ['Gym every mon and thu', 'Gym', { due_date: '2026-11-19', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,TH' }],
    [
      'Gym every mon, wed and fri at 18:00',
      'Gym',
      { due_date: '2026-11-18T18:00:00+01:00', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,WE,FR' },
    ],
    [
      'Gym every mon/wed/fri',
      'Gym',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,WE,FR' },
    ],
    [
      'Gym every mon-fri at 7',
      'Gym',
      { due_date: '2026-11-19T07:00:00+01:00', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
    ],
    [
      'Gym every monday to thursday',
      'Gym',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH' },
    ],
    [
      'Gym every weekday',
      'Gym',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
    ],
    ['Gym every weekend', 'Gym', { due_date: '2026-11-21', recurrence_rule: 'FREQ=WEEKLY;BYDAY=SA' }],
    [
      'Gym every 2 weeks on tue and fri',
      'Gym',
      { due_date: '2026-11-20', recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR' },
    ],
    ['Gym weekly on Monday', 'Gym', { due_date: '2026-11-23', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO' }],
    [
      'Gym every 2 fridays',
      'Gym',
      { due_date: '2026-11-20', recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR' },
    ],
    ['Gym every wed', 'Gym', { due_date: '2026-11-18', recurrence_rule: 'FREQ=WEEKLY;BYDAY=WE' }],
    [
      'Gym every wed at 10',
      'Gym',
      { due_date: '2026-11-25T10:00:00+01:00', recurrence_rule: 'FREQ=WEEKLY;BYDAY=WE' },
    ],
    [
      'Gym every wed at 12',
      'Gym',
      { due_date: '2026-11-18T12:00:00+01:00', recurrence_rule: 'FREQ=WEEKLY;BYDAY=WE' },
    ],
  ]));

describe('months and years', () =>
  testPhrases([
    ['Rent every month', 'Rent', { due_date: '2026-11-18', recurrence_rule: 'FREQ=MONTHLY' }],
    [
      'Rent monthly on the 1st',
      'Rent',
      { due_date: '2026-12-01', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1' },
    ],
    [
      'Rent every month on the 15th',
      'Rent',
      { due_date: '2026-12-15', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=15' },
    ],
    ['Rent every 15th', 'Rent', { due_date: '2026-12-15', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=15' }],
    [
      'Rent every 1st and 15th of the month',
      'Rent',
      { due_date: '2026-12-01', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1,15' },
    ],
    [
      'Rent every 15th day of the month',
      'Rent',
      { due_date: '2026-12-15', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=15' },
    ],
    [
      'Rent every 3 months on the 1st',
      'Rent',
      { due_date: '2026-12-01', recurrence_rule: 'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1' },
    ],
    ['Rent every quarter', 'Rent', { due_date: '2026-11-18', recurrence_rule: 'FREQ=MONTHLY;INTERVAL=3' }],
    [
      'Rent every last day of the month',
      'Rent',
      { due_date: '2026-11-30', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
    ],
    [
      'Rent last day of every month',
      'Rent',
      { due_date: '2026-11-30', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
    ],
    [
      'Rent every month on the last day',
      'Rent',
      { due_date: '2026-11-30', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
    ],
    [
      'Rent every month on the 31st',
      'Rent',
      { due_date: '2026-12-31', recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=31' },
    ],
    [
      'Review every 3rd friday',
      'Review',
      { due_date: '2026-11-20', recurrence_rule: 'FREQ=MONTHLY;BYDAY=3FR' },
    ],
    [
      'Review every 1st and 3rd monday',
      'Review',
      { due_date: '2026-12-07', recurrence_rule: 'FREQ=MONTHLY;BYDAY=1MO,3MO' },
    ],
    [
      'Review every last friday of the month',
      'Review',
      { due_date: '2026-11-27', recurrence_rule: 'FREQ=MONTHLY;BYDAY=-1FR' },
    ],
    [
      'Review the first monday of every month at 9',
      'Review',
      { due_date: '2026-12-07T09:00:00+01:00', recurrence_rule: 'FREQ=MONTHLY;BYDAY=1MO' },
    ],
    [
      'Review every month on the 2nd Tuesday',
      'Review',
      { due_date: '2026-12-08', recurrence_rule: 'FREQ=MONTHLY;BYDAY=2TU' },
    ],
    [
      'Review every last weekday of the month',
      'Review',
      { due_date: '2026-11-30', recurrence_rule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1' },
    ],
    [
      'Review every first workday of the month',
      'Review',
      { due_date: '2026-12-01', recurrence_rule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1' },
    ],
    [
      'Birthday every year on 1 Mar',
      'Birthday',
      { due_date: '2027-03-01', recurrence_rule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1' },
    ],
    [
      'Birthday every 1 March',
      'Birthday',
      { due_date: '2027-03-01', recurrence_rule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1' },
    ],
    [
      'Birthday every march 1st',
      'Birthday',
      { due_date: '2027-03-01', recurrence_rule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1' },
    ],
    [
      'Birthday yearly on the 29th of February',
      'Birthday',
      { due_date: '2028-02-29', recurrence_rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29' },
    ],
    [
      'Fest every year on the last friday of november',
      'Fest',
      { due_date: '2026-11-27', recurrence_rule: 'FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR' },
    ],
  ]));

describe('beginnings, ends and lengths', () =>
  testPhrases([
    [
      'Fest every 2 years on 4 July',
      'Fest',
      { due_date: '2027-07-04', recurrence_rule: 'FREQ=YEARLY;INTERVAL=2;BYMONTH=7;BYMONTHDAY=4' },
    ],
    [
      'Stretch every hour',
      'Stretch',
      { due_date: '2026-11-18T12:00:00+01:00', recurrence_rule: 'FREQ=HOURLY' },
    ],
    [
      'Stretch every 2 hours starting tomorrow',
      'Stretch',
      { due_date: '2026-11-19T09:00:00+01:00', recurrence_rule: 'FREQ=HOURLY;INTERVAL=2' },
    ],
    [
      'Stretch every 2 hours starting tomorrow at 8am',
      'Stretch',
      { due_date: '2026-11-19T08:00:00+01:00', recurrence_rule: 'FREQ=HOURLY;INTERVAL=2' },
    ],
    [
      'Pills every day ending 1 Mar',
      'Pills',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;UNTIL=20270301' },
    ],
    [
      'Pills every day until 2026-12-01',
      'Pills',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;UNTIL=20261201' },
    ],
    [
      'Pills every day at 8pm until 1 Dec',
      'Pills',
      { due_date: '2026-11-18T20:00:00+01:00', recurrence_rule: 'FREQ=DAILY;UNTIL=20261201T225959Z' },
    ],
    [
      'Pills every day for 5 weeks',
      'Pills',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;UNTIL=20261222' },
    ],
    [
      'Pills every mon for 5 weeks',
      'Pills',
      { due_date: '2026-11-23', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20261227' },
    ],
    [
      'Pills every mon at 9 for 2 months',
      'Pills',
      {
        due_date: '2026-11-23T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270122T225959Z',
      },
    ],
    ['Pills every day 10 times', 'Pills', { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY;COUNT=10' }],
    [
      'Pills every day for 10 times at 9',
      'Pills',
      { due_date: '2026-11-19T09:00:00+01:00', recurrence_rule: 'FREQ=DAILY;COUNT=10' },
    ],
    [
      'Pills every day starting tomorrow 10 times',
      'Pills',
      { due_date: '2026-11-19', recurrence_rule: 'FREQ=DAILY;COUNT=10' },
    ],
    [
      'Pills every day from tomorrow until friday',
      'Pills',
      { due_date: '2026-11-19', recurrence_rule: 'FREQ=DAILY;UNTIL=20261120' },
    ],
    [
      'Pills every mon starting 1 Dec',
      'Pills',
      { due_date: '2026-12-07', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO' },
    ],
    [
      'Pills every 3rd friday starting 1 Mar',
      'Pills',
      { due_date: '2027-03-19', recurrence_rule: 'FREQ=MONTHLY;BYDAY=3FR' },
    ],
    ['Pills every day tomorrow', 'Pills', { due_date: '2026-11-19', recurrence_rule: 'FREQ=DAILY' }],
    [
      'Pills every day for 20 min',
      'Pills for 20 min',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY' },
    ],
    [
      'Pills every day at 8 for 20 min',
      'Pills',
      {
        start: '2026-11-19T08:00:00+01:00',
        due_date: '2026-11-19T08:20:00+01:00',
        recurrence_rule: 'FREQ=DAILY',
      },
    ],
    [
      'Pills every fri at 9 Asia/Kathmandu',
      'Pills',
      {
        due_date: '2026-11-20T09:00:00+05:45',
        time_zone: 'Asia/Kathmandu',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=FR',
      },
    ],
    [
      'Pills every day until 2020-01-01',
      'Pills until 2020-01-01',
      { due_date: '2026-11-18', recurrence_rule: 'FREQ=DAILY' },
    ],
    ['every second counts', 'every second counts'],
  ]));

describe('what is no recurrence', () =>
  testPhrases([
    ['every step you take', 'every step you take'],
    ['buy everything', 'buy everything'],
    ['call 10 times', 'call 10 times'],
  ]));

describe('recurrences with times', () =>
  testPhrases([
    [
      'Gym every monday evening',
      'Gym',
      { due_date: '2026-11-23T19:00:00+01:00', recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO' },
    ],
    [
      'Gym every mon at 9 and remind me 1h before',
      'Gym',
      {
        due_date: '2026-11-23T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
        reminders: [{ before: 'PT1H' }],
      },
    ],
    [
      'Gym every tue 9-10am for 4 weeks',
      'Gym',
      {
        start: '2026-11-24T09:00:00+01:00',
        due_date: '2026-11-24T10:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=TU;UNTIL=20261221T225959Z',
      },
    ],
  ]));
