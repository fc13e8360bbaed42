import { describe } from 'node:test';
import { testPhrases } from './support/phrases.ts';

describe('first occurrences, ends and lengths', () =>
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
      { due_date: '2026-11-23', recurrence_rule: 'FREQ=WEEKLY;UNTIL=20261227;BYDAY=MO' },
    ],
    [
      'Pills every mon at 9 for 2 months',
      'Pills',
      {
        due_date: '2026-11-23T09:00:00+01:00',
        recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270122T225959Z;BYDAY=MO',
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
    ['Pills every day until 2020-01-01', 'Pills every day until 2020-01-01'],
    ['every second counts', 'every second counts'],
  ]));

describe('words that are no recurrence', () =>
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
        recurrence_rule: 'FREQ=WEEKLY;UNTIL=20261221T225959Z;BYDAY=TU',
      },
    ],
  ]));
