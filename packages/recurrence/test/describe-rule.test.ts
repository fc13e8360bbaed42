import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { describeRule } from '../src/describe-rule.ts';
import { parseRule } from '../src/parse-rule.ts';
import { anyRule } from './support/arbitrary-series.ts';

const sentences: [rule: string, sentence: string][] = [
  ['daily', 'every day'],
  ['weekly', 'every week'],
  ['monthly', 'every month'],
  ['yearly', 'every year'],
  ['FREQ=DAILY;INTERVAL=3', 'every 3 days'],
  ['FREQ=DAILY;COUNT=1', 'every day, once'],
  ['FREQ=DAILY;COUNT=10', 'every day, 10 times'],
  ['FREQ=DAILY;BYMONTH=1', 'every day in January'],
  ['FREQ=DAILY;BYHOUR=9,18;BYMINUTE=30', 'every day at 09:30 and 18:30'],
  [
    'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
    'every day in hours 9 to 16 at minutes 0, 20 and 40',
  ],
  ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', 'every weekday'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every weekday'],
  ['FREQ=WEEKLY;BYDAY=SA,SU;BYMONTH=6,7,8', 'every week on Saturday and Sunday in June, July and August'],
  ['FREQ=WEEKLY;BYDAY=TU', 'every week on Tuesday'],
  [
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20270301',
    'every 2 weeks on Monday and Friday until 1 March 2027',
  ],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', 'every month on the last day'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'every month on the 1st and 15th'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,-1', 'every month on the 1st and last day'],
  ['FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=22', 'every 2 months on the 22nd'],
  ['FREQ=MONTHLY;BYDAY=3FR', 'every month on the 3rd Friday'],
  ['FREQ=MONTHLY;BYDAY=-2MO', 'every month on the 2nd to last Monday'],
  ['FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU', 'every 2 months on the 1st and last Sunday'],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 'every month on Friday if it is the 13th'],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'every month on the last weekday'],
  [
    'FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3',
    'every month on every Tuesday, Wednesday and Thursday, only the 3rd of each month',
  ],
  ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25', 'every year on 25 December'],
  [
    'FREQ=YEARLY;BYMONTH=1,4,6,9;BYMONTHDAY=14,15;BYSETPOS=1,3,6,8',
    'every year on 14 January, 14 April, 15 June and 15 September',
  ],
  ['FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1,15', 'every year on the 1st and 15th of March'],
  ['FREQ=YEARLY;BYMONTH=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'every year on the last weekday of March'],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', 'every year on the last day of February'],
  ['FREQ=YEARLY;BYMONTH=6,7', 'every year in June and July'],
  ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 'every year on the 4th Thursday of November'],
  ['FREQ=YEARLY;BYMONTH=3;BYDAY=TH', 'every year on every Thursday in March'],
  ['FREQ=YEARLY;BYDAY=20MO', 'every year on the 20th Monday of the year'],
  ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', 'every year in week 20 on Monday'],
  ['FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,-1', 'every 3 years on the 1st, 100th and last day of the year'],
  ['FREQ=HOURLY;INTERVAL=3', 'every 3 hours'],
  ['FREQ=MINUTELY;INTERVAL=20;BYHOUR=9', 'every 20 minutes in hour 9'],
];

describe('a rule in English', () => {
  for (const [rule, sentence] of sentences)
    test(`${rule}: ${sentence}`, () => assert.equal(describeRule(parseRule(rule), null), sentence));

  test('ends on the day that UNTIL is in the zone', () => {
    const rule = parseRule('FREQ=DAILY;UNTIL=20270228T230000Z');
    assert.equal(describeRule(rule, null), 'every day until 28 February 2027');
    assert.equal(describeRule(rule, 'Europe/Berlin'), 'every day until 1 March 2027');
  });

  test('has the time of UNTIL if the rule repeats within the day', () => {
    const rule = parseRule('FREQ=HOURLY;UNTIL=20270228T230000Z');
    assert.equal(describeRule(rule, 'Europe/Berlin'), 'every hour until 1 March 2027 at 00:00');
  });

  test('is one line without gaps for each rule', () => {
    fc.assert(
      fc.property(anyRule, (text) => {
        let rule;
        try {
          rule = parseRule(text);
        } catch {
          return;
        }
        assert.match(describeRule(rule, null), /^every \S+( \S+)*$/);
        assert.doesNotMatch(describeRule(rule, null), /undefined|NaN|null/);
      }),
    );
  });
});
