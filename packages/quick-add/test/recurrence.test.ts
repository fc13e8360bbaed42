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
