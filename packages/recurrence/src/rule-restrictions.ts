import type { Rule } from './rule.ts';

/**
 * Checks the combinations that RFC 5545 section 3.3.10 forbids, and for month days that no month of the rule has.
 * @param refuse makes the error to throw from the name of a part and a reason
 */
export function checkRestrictions(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  const { frequency } = rule;
  if (rule.count !== null && rule.until !== null) throw refuse('UNTIL', "COUNT and UNTIL can't be combined");
  if (rule.byWeekNumber.length > 0 && frequency !== 'YEARLY')
    throw refuse('BYWEEKNO', 'BYWEEKNO needs FREQ=YEARLY');
  if (rule.byYearDay.length > 0 && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(frequency))
    throw refuse('BYYEARDAY', `BYYEARDAY can't be combined with FREQ=${frequency}`);
  if (rule.byMonthDay.length > 0 && frequency === 'WEEKLY')
    throw refuse('BYMONTHDAY', "BYMONTHDAY can't be combined with FREQ=WEEKLY");
  checkOrdinals(rule, refuse);
  checkSetPosition(rule, refuse);
  checkMonthDays(rule, refuse);
}

function checkOrdinals(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  if (rule.byDay.every(({ nth }) => nth === null)) return;
  if (rule.frequency !== 'MONTHLY' && rule.frequency !== 'YEARLY')
    throw refuse('BYDAY', 'BYDAY with a number needs FREQ=MONTHLY or FREQ=YEARLY');
  if (rule.byWeekNumber.length > 0)
    throw refuse('BYDAY', "BYDAY with a number can't be combined with BYWEEKNO");
}

function checkSetPosition(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  if (rule.bySetPosition.length === 0) return;
  const others = [
    rule.byMonth,
    rule.byWeekNumber,
    rule.byYearDay,
    rule.byMonthDay,
    rule.byDay,
    rule.byHour,
    rule.byMinute,
    rule.bySecond,
  ];
  if (others.every(({ length }) => length === 0)) throw refuse('BYSETPOS', 'BYSETPOS needs another BY part');
}

const maxDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day that no month has, such as 30 February, is a mistake under every policy. */
function checkMonthDays(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  if (rule.byMonth.length === 0 || rule.byMonthDay.length === 0) return;
  const longest = Math.max(...rule.byMonth.map((month) => maxDays[month - 1] ?? 0));
  if (rule.byMonthDay.every((day) => Math.abs(day) > longest))
    throw refuse('BYMONTHDAY', 'the rule never matches: no month of BYMONTH has this day');
}
