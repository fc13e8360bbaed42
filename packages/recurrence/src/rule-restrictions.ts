import type { Rule } from './rule-parts.ts';

/**
 * The combinations that RFC 5545 section 3.3.10 forbids, and month days that none of the named months has.
 * @throws what `refuse` makes of the part and the reason
 */
export function checkRestrictions(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  const { frequency } = rule;
  if (rule.count !== null && rule.until !== null) throw refuse('UNTIL', 'COUNT and UNTIL exclude each other');
  if (rule.by_week_number.length > 0 && frequency !== 'YEARLY')
    throw refuse('BYWEEKNO', 'BYWEEKNO needs FREQ=YEARLY');
  if (rule.by_year_day.length > 0 && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(frequency))
    throw refuse('BYYEARDAY', `BYYEARDAY does not go with FREQ=${frequency}`);
  if (rule.by_month_day.length > 0 && frequency === 'WEEKLY')
    throw refuse('BYMONTHDAY', 'BYMONTHDAY does not go with FREQ=WEEKLY');
  checkOrdinals(rule, refuse);
  checkSetPosition(rule, refuse);
  checkMonthDays(rule, refuse);
}

function checkOrdinals(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  if (rule.by_day.every(({ nth }) => nth === null)) return;
  if (rule.frequency !== 'MONTHLY' && rule.frequency !== 'YEARLY')
    throw refuse('BYDAY', 'BYDAY with a number needs FREQ=MONTHLY or FREQ=YEARLY');
  if (rule.by_week_number.length > 0) throw refuse('BYDAY', 'BYDAY with a number does not go with BYWEEKNO');
}

function checkSetPosition(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  if (rule.by_set_position.length === 0) return;
  const others = [
    rule.by_month,
    rule.by_week_number,
    rule.by_year_day,
    rule.by_month_day,
    rule.by_day,
    rule.by_hour,
    rule.by_minute,
    rule.by_second,
  ];
  if (others.every(({ length }) => length === 0)) throw refuse('BYSETPOS', 'BYSETPOS needs another BY part');
}

const mostDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** 30 February is a slip, not a wish: it is refused under every policy of short months. */
function checkMonthDays(rule: Rule, refuse: (part: string, reason: string) => Error): void {
  if (rule.by_month.length === 0 || rule.by_month_day.length === 0) return;
  const longest = Math.max(...rule.by_month.map((month) => mostDays[month - 1] ?? 0));
  if (rule.by_month_day.every((day) => Math.abs(day) > longest))
    throw refuse('BYMONTHDAY', 'the rule never matches: no month of BYMONTH has such a day');
}
