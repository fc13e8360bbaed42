import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRule } from '../src/parse-rule.ts';
import { isWithinDay, ruleText, shorthandOf } from '../src/rule.ts';
import { RuleError } from '../src/rule-error.ts';
import { anyRule } from './support/arbitrary-series.ts';

function errorOf(text: string): { reason: string; position: number } | null {
  try {
    parseRule(text);
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error));
    return { reason: error.reason, position: error.position };
  }
  return null;
}

/** A rule, and `^` below the position of the error. */
const malformed: [rule: string, pointer: string, reason: RegExp][] = [
  ['', '^', /part is missing/],
  ['hourly', '^', /has no value/],
  ['RRULE:FREQ=DAILY', '^', /not a part of a rule/],
  ['INTERVAL=2', '^', /FREQ is missing/],
  ['FREQ=', '     ^', /has no value/],
  ['FREQ=DAYLY', '     ^', /not a frequency/],
  ['FREQ=DAILY;', '           ^', /part is missing/],
  ['FREQ=DAILY;BYEASTER=1', '           ^', /not a part of a rule/],
  ['FREQ=DAILY; COUNT=2', '           ^', /not a part of a rule/],
  ['FREQ=DAILY;FREQ=WEEKLY', '           ^', /is repeated/],
  ['FREQ=DAILY;INTERVAL=0', '                    ^', /from 1/],
  ['FREQ=DAILY;INTERVAL=1.5', '                    ^', /from 1/],
  ['FREQ=DAILY;COUNT=-1', '                 ^', /from 1/],
  ['FREQ=DAILY;COUNT=9999999999', '                 ^', /to 999999999/],
  ['FREQ=DAILY;UNTIL=20270230', '                 ^', /not a date/],
  ['FREQ=DAILY;UNTIL=2027-03-01', '                 ^', /not a date/],
  ['FREQ=DAILY;UNTIL=20270301T250000Z', '                 ^', /not a date/],
  ['FREQ=DAILY;COUNT=2;UNTIL=20270301', '                   ^', /can't be combined/],
  ['FREQ=WEEKLY;BYDAY=MO,XX', '                     ^', /not a weekday/],
  ['FREQ=WEEKLY;BYDAY=MO,', '                     ^', /not a weekday/],
  ['FREQ=WEEKLY;BYDAY=1MO', '            ^', /needs FREQ=MONTHLY or FREQ=YEARLY/],
  ['FREQ=MONTHLY;BYDAY=0MO', '                   ^', /must count from 1/],
  ['FREQ=MONTHLY;BYDAY=54MO', '                   ^', /must count from 1/],
  ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO', '                        ^', /can't be combined with BYWEEKNO/],
  ['FREQ=WEEKLY;BYMONTHDAY=1', '            ^', /can't be combined with FREQ=WEEKLY/],
  ['FREQ=MONTHLY;BYYEARDAY=1', '             ^', /can't be combined with FREQ=MONTHLY/],
  ['FREQ=MONTHLY;BYWEEKNO=1', '             ^', /needs FREQ=YEARLY/],
  ['FREQ=MONTHLY;BYMONTHDAY=1,32', '                          ^', /not a value of BYMONTHDAY/],
  ['FREQ=MONTHLY;BYMONTHDAY=0', '                        ^', /not a value of BYMONTHDAY/],
  ['FREQ=YEARLY;BYMONTH=13', '                    ^', /not a value of BYMONTH/],
  ['FREQ=YEARLY;BYMONTH=-1', '                    ^', /not a value of BYMONTH/],
  ['FREQ=DAILY;BYHOUR=9,24', '                    ^', /not a value of BYHOUR/],
  ['FREQ=DAILY;BYSETPOS=1', '           ^', /needs another BY part/],
  ['FREQ=DAILY;WKST=1', '                ^', /not a weekday/],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '                      ^', /never matches/],
  ['FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31,-31', '                        ^', /never matches/],
];

describe('an invalid rule', () => {
  for (const [rule, pointer, reason] of malformed) {
    test(`"${rule}"`, () => {
      const error = errorOf(rule);
      assert.match(error?.reason ?? '', reason);
      assert.equal(error?.position, pointer.indexOf('^'));
    });
  }

  test('only throws RuleError', () => {
    const junk = fc.string({
      unit: fc.constantFrom(...Array.from('FREQ=DAILYBNTH;,-+0159MO \u0000é')),
      maxLength: 40,
    });
    fc.assert(fc.property(junk, (text) => void errorOf(text)));
    fc.assert(
      fc.property(
        anyRule,
        junk,
        fc.nat(),
        (rule, text, at) => void errorOf(rule.slice(0, at % rule.length) + text),
      ),
    );
  });
});

describe('the text of a rule', () => {
  const canonical: [given: string, text: string][] = [
    ['daily', 'FREQ=DAILY'],
    ['FREQ=DAILY;INTERVAL=1;WKST=MO', 'FREQ=DAILY'],
    ['interval=02;freq=weekly;byday=fr,mo,fr', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR'],
    ['FREQ=MONTHLY;BYDAY=-1SU,+1SU,SU', 'FREQ=MONTHLY;BYDAY=SU,1SU,-1SU'],
    ['BYMONTHDAY=31,-1,1;FREQ=MONTHLY;COUNT=3', 'FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-1,1,31'],
    ['FREQ=DAILY;BYSECOND=60,59', 'FREQ=DAILY;BYSECOND=59'],
    ['FREQ=WEEKLY;UNTIL=20270301t090000z;WKST=SU', 'FREQ=WEEKLY;UNTIL=20270301T090000Z;WKST=SU'],
  ];
  for (const [given, text] of canonical)
    test(`${given} is ${text}`, () => assert.equal(ruleText(parseRule(given)), text));

  test('is read back as the same rule', () => {
    fc.assert(
      fc.property(anyRule, (text) => {
        if (errorOf(text) !== null) return;
        const rule = parseRule(text);
        assert.deepEqual(parseRule(ruleText(rule)), rule);
        assert.equal(ruleText(parseRule(ruleText(rule))), ruleText(rule));
      }),
    );
  });

  test('of a frequency from DAILY up has a shorthand', () => {
    assert.deepEqual(
      ['yearly', 'FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=1', 'FREQ=WEEKLY;INTERVAL=2', 'FREQ=HOURLY'].map(
        (text) => shorthandOf(parseRule(text)),
      ),
      ['yearly', 'weekly', 'weekly', null, null],
    );
    assert.deepEqual(
      ['FREQ=DAILY', 'FREQ=HOURLY', 'FREQ=SECONDLY'].map((text) => isWithinDay(parseRule(text))),
      [false, true, true],
    );
  });
});
