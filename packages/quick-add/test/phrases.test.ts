import { describe } from 'node:test';
import { testPhrases } from './support/phrases.ts';

describe('reminders', () =>
  testPhrases([
    [
      'Flight fri at 8 remind me 2h before',
      'Flight',
      { due_date: '2026-11-20T08:00:00+01:00', reminders: [{ before: 'PT2H' }] },
    ],
    [
      'Flight fri at 8, remind me 1 day before',
      'Flight',
      { due_date: '2026-11-20T08:00:00+01:00', reminders: [{ before: 'P1D' }] },
    ],
    [
      'Flight fri at 8 remind me 1 week before and 2h before',
      'Flight',
      { due_date: '2026-11-20T08:00:00+01:00', reminders: [{ before: 'P1W' }, { before: 'PT2H' }] },
    ],
    [
      'Flight fri at 8 remind me 1 hour 30 min before',
      'Flight',
      { due_date: '2026-11-20T08:00:00+01:00', reminders: [{ before: 'PT1H30M' }] },
    ],
    [
      'Flight fri at 8 remind me half an hour before',
      'Flight',
      { due_date: '2026-11-20T08:00:00+01:00', reminders: [{ before: 'PT30M' }] },
    ],
    [
      'Flight fri at 8 remind me the day before at 9pm',
      'Flight',
      { due_date: '2026-11-20T08:00:00+01:00', reminders: [{ at: '2026-11-19T21:00:00+01:00' }] },
    ],
    [
      'Flight fri at 8 for 2h remind me 15 min before',
      'Flight',
      {
        start: '2026-11-20T08:00:00+01:00',
        due_date: '2026-11-20T10:00:00+01:00',
        reminders: [{ before: 'PT2H15M' }],
      },
    ],
    [
      'Flight fri remind me at 9am',
      'Flight',
      { due_date: '2026-11-20', reminders: [{ at: '2026-11-20T09:00:00+01:00' }] },
    ],
    [
      'Flight today at 3pm remind me at 9am',
      'Flight remind me at 9am',
      { due_date: '2026-11-18T15:00:00+01:00' },
    ],
    ['remind me at 9am flight', 'flight', { reminders: [{ at: '2026-11-19T09:00:00+01:00' }] }],
    ['remind me tomorrow at 8 to call Ann', 'call Ann', { reminders: [{ at: '2026-11-19T08:00:00+01:00' }] }],
    ['remind me on friday to call Ann', 'call Ann', { reminders: [{ at: '2026-11-20T09:00:00+01:00' }] }],
    ['remind me in 2 hours call Ann', 'call Ann', { reminders: [{ at: '2026-11-18T13:00:00+01:00' }] }],
    ['remind me tomorrow evening call Ann', 'call Ann', { reminders: [{ at: '2026-11-19T19:00:00+01:00' }] }],
    ['remind me tonight call Ann', 'call Ann', { reminders: [{ at: '2026-11-18T20:00:00+01:00' }] }],
    ['Flight remind me 2h before', 'Flight remind me 2h before'],
    ['Flight tomorrow remind me', 'Flight remind me', { due_date: '2026-11-19' }],
    [
      'call Ann tomorrow remind me 2 months before',
      'call Ann remind me 2 months before',
      { due_date: '2026-11-19' },
    ],
    [
      'Call Ann, tomorrow at 3pm, remind me 2h before, #family @phone !1',
      'Call Ann',
      {
        due_date: '2026-11-19T15:00:00+01:00',
        reminders: [{ before: 'PT2H' }],
        list: 'family',
        labels: ['phone'],
        priority: 1,
      },
    ],
    [
      'remind me to call Ann tomorrow at 3pm',
      'call Ann',
      { due_date: '2026-11-19T15:00:00+01:00', reminders: [{ before: 'PT0S' }] },
    ],
    [
      'remind me to call Ann tomorrow',
      'call Ann',
      { due_date: '2026-11-19', reminders: [{ at: '2026-11-19T09:00:00+01:00' }] },
    ],
    ['remind me to call Ann', 'remind me to call Ann'],
    [
      'Flight tomorrow at 3pm remind me on time',
      'Flight',
      { due_date: '2026-11-19T15:00:00+01:00', reminders: [{ before: 'PT0S' }] },
    ],
  ]));

describe('lists, labels and priorities', () =>
  testPhrases([
    ['Buy milk #home', 'Buy milk', { list: 'home' }],
    ['Buy milk #"two words" @shop', 'Buy milk', { list: 'two words', labels: ['shop'] }],
    ['Buy milk @shop @"late night" @shop', 'Buy milk', { labels: ['shop', 'late night'] }],
    ['Buy #milk, eggs', 'Buy eggs', { list: 'milk' }],
    ['Buy milk #a #b', 'Buy milk #b', { list: 'a' }],
    ['Fix issue #123', 'Fix issue #123'],
    ['mail bob@example.com', 'mail bob@example.com'],
    ['Buy milk !1', 'Buy milk', { priority: 1 }],
    ['Buy milk !4 tomorrow', 'Buy milk', { due_date: '2026-11-19', priority: 4 }],
    ['Buy milk P2', 'Buy milk', { priority: 2 }],
    ['Buy milk !5', 'Buy milk !5'],
    ['Buy milk !1 !2', 'Buy milk !2', { priority: 1 }],
    ['Buy milk!', 'Buy milk!'],
  ]));

describe('zones', () =>
  testPhrases([
    ['call 3pm Europe/Berlin', 'call', { due_date: '2026-11-18T15:00:00+01:00', time_zone: 'Europe/Berlin' }],
    ['call 3pm europe/london', 'call', { due_date: '2026-11-18T15:00:00+00:00', time_zone: 'Europe/London' }],
    ['call 15:00 UTC', 'call', { due_date: '2026-11-18T15:00:00+00:00', time_zone: 'UTC' }],
    ['call 15:00 GMT+2', 'call', { due_date: '2026-11-18T15:00:00+02:00', time_zone: 'Etc/GMT-2' }],
    ['call at 9 EST', 'call', { due_date: '2026-11-18T09:00:00-05:00', time_zone: 'America/New_York' }],
    [
      'call 9am PST tomorrow',
      'call',
      { due_date: '2026-11-19T09:00:00-08:00', time_zone: 'America/Los_Angeles' },
    ],
    [
      'call tomorrow 9am CET',
      'call',
      { due_date: '2026-11-19T09:00:00+01:00', time_zone: 'Europe/Brussels' },
    ],
    ['call tomorrow Asia/Tokyo', 'call Asia/Tokyo', { due_date: '2026-11-19' }],
    [
      'call 8am Asia/Kathmandu',
      'call',
      { due_date: '2026-11-19T08:00:00+05:45', time_zone: 'Asia/Kathmandu' },
    ],
    ['call at 9 and/or mail', 'call and/or mail', { due_date: '2026-11-19T09:00:00+01:00' }],
    [
      'call 9am America/Argentina/Buenos_Aires',
      'call',
      { due_date: '2026-11-18T09:00:00-03:00', time_zone: 'America/Argentina/Buenos_Aires' },
    ],
    [
      'every mon at 9 ET standup',
      'standup',
      {
        due_date: '2026-11-23T09:00:00-05:00',
        time_zone: 'America/New_York',
        recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
      },
    ],
  ]));

describe('unknown words stay in the title', () =>
  testPhrases([
    ['tomorrow: call Ann', 'call Ann', { due_date: '2026-11-19' }],
    ['Call Ann tomorrow.', 'Call Ann', { due_date: '2026-11-19' }],
    ['Call Ann - tomorrow', 'Call Ann', { due_date: '2026-11-19' }],
    ['Call Ann tomorrow and Bob on friday', 'Call Ann and Bob on friday', { due_date: '2026-11-19' }],
    ['look at 5 houses', 'look at 5 houses'],
    ['invite 3 to 5 people', 'invite 3 to 5 people'],
    ['version 1.3 is out', 'version 1.3 is out'],
    ['read the 15th chapter', 'read the 15th chapter'],
    ['work 24/7', 'work 24/7'],
    ['pay 31 Apr', 'pay 31 Apr'],
    ['pay 2027-02-29', 'pay 2027-02-29'],
    ['meet at 25:00', 'meet at 25:00'],
    ['letter from friday', 'letter from friday'],
    ['run for 30 min', 'run for 30 min'],
    ['run tomorrow for 30 min', 'run for 30 min', { due_date: '2026-11-19' }],
  ]));

describe('ambiguous words', () =>
  testPhrases([
    ['Buy sun cream', 'Buy sun cream'],
    ['Buy cream sun', 'Buy cream', { due_date: '2026-11-22' }],
    ['sun call Ann', 'call Ann', { due_date: '2026-11-22' }],
    ['call Ann sat at 9', 'call Ann', { due_date: '2026-11-21T09:00:00+01:00' }],
    ['Buy 1/2 cup of milk', 'Buy 1/2 cup of milk'],
    ['pay on 1/2', 'pay', { due_date: '2027-01-02' }],
    ['Talk to Mark about Q3', 'Talk to Mark about Q3'],
    ['March in the protest', 'March in the protest'],
    ['Watch The Day After Tomorrow', 'Watch The Day After Tomorrow'],
    ['Watch the day after tomorrow', 'Watch', { due_date: '2026-11-20' }],
    ['take 2 pills 3 times a day', 'take 2 pills 3 times a day'],
  ]));
