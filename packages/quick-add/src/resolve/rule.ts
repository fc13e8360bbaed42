import { isoWeekday, type Day } from '@rondo/time/calendar';
import type { Clause } from '../clauses/clause.ts';
import { isOf, type Clauses } from '../clauses/clauses.ts';
import type { NamedDay } from '../words/days/dates.ts';
import { maxExcepted } from '../words/rules/exceptions.ts';
import { isWithinDay, ruleOf, ruleText, type Rule } from '@rondo/recurrence/rule';

type RuleClause = Extract<Clause, { is: 'rule' }>;

/** A rule with its limits. `except`: days that it leaves out. */
export type LimitedRule = { rule: Rule; except: NamedDay[] };

/** Applies what limits a rule: "in june", "in week 12", "except friday", "at 8am and 8pm". What doesn't apply is not accepted. */
export function limitedRule({ rule: base, times, part }: RuleClause, clauses: Clauses): LimitedRule {
  let rule = times === undefined ? base : (withTimes(base, times) ?? base);
  const except: NamedDay[] = [];
  for (const one of clauses.found) {
    let limited: Rule | undefined;
    if (isOf(one, 'day') && one.clause.day.within) limited = within(rule, one.clause.day.within);
    if (isOf(one, 'day') && one.clause.day.date !== undefined && one.clause.role === 'plain')
      limited = onDate(rule, one.clause.day.date);
    if (isOf(one, 'days')) limited = onWeekdays(rule, one.clause);
    // "every morning at 8 and 20" contradicts itself.
    if (isOf(one, 'times') && part === undefined)
      limited = withTimes(
        rule,
        one.clause.clocks.map(({ minute }) => minute),
      );
    if (isOf(one, 'except')) {
      const { exception } = one.clause;
      if ('weekdays' in exception) limited = withoutWeekdays(rule, exception.weekdays);
      else if ('months' in exception) limited = withoutMonths(rule, exception.months);
      else if (except.length + exception.days.length <= maxExcepted) limited = rule;
      if ('days' in exception && limited) except.push(...exception.days);
    }
    if (limited === undefined) continue;
    rule = limited;
    clauses.accepted.add(one);
  }
  return { rule, except };
}

/** "every month from january on the 10th". */
function onDate(rule: Rule, date: number): Rule | undefined {
  const hasDays = rule.byMonthDay.length > 0 || rule.byDay.length > 0;
  return rule.frequency === 'MONTHLY' && !hasDays ? { ...rule, byMonthDay: [date] } : undefined;
}

/** "monday to friday every week". */
function onWeekdays(rule: Rule, { first, last }: { first: NamedDay; last: NamedDay }): Rule | undefined {
  const isPlain = rule.byDay.length === 0 && (rule.frequency === 'WEEKLY' || ruleText(rule) === 'FREQ=DAILY');
  if (!first.isWeekday || !last.isWeekday || !isPlain) return undefined;
  const [from, to] = [isoWeekday(first.day), isoWeekday(last.day)];
  const isBetween = (weekday: number) =>
    from <= to ? weekday >= from && weekday <= to : weekday >= from || weekday <= to;
  const byDay = wholeWeek.filter(isBetween).map((weekday) => ({ weekday, nth: null }));
  return { ...rule, frequency: 'WEEKLY', byDay };
}

function within(rule: Rule, limit: NonNullable<NamedDay['within']>): Rule | undefined {
  if ('week' in limit) {
    if (rule.frequency !== 'WEEKLY' || rule.interval > 1 || rule.byDay.length === 0) return undefined;
    return ruleOf({ frequency: 'YEARLY', byWeekNumber: [limit.week], byDay: rule.byDay });
  }
  if (rule.byMonth.length > 0 || rule.byWeekNumber.length > 0) return undefined;
  if (rule.frequency !== 'YEARLY') return { ...rule, byMonth: limit.months };
  return rule.byDay.length === 0 && rule.byMonthDay.length === 0
    ? { ...rule, byMonth: limit.months, byMonthDay: [1] }
    : undefined;
}

const wholeWeek = [1, 2, 3, 4, 5, 6, 7] as const;

function withoutWeekdays(rule: Rule, weekdays: number[]): Rule | undefined {
  const isDaily = rule.frequency === 'DAILY' && rule.byDay.length === 0;
  if (!isDaily && (rule.frequency !== 'WEEKLY' || rule.byDay.length === 0)) return undefined;
  const days = isDaily ? wholeWeek.map((weekday) => ({ weekday, nth: null })) : rule.byDay;
  const byDay = days.filter(({ weekday }) => !weekdays.includes(weekday));
  if (byDay.length === 0 || byDay.length === days.length) return undefined;
  return { ...rule, frequency: isDaily && rule.interval > 1 ? 'DAILY' : 'WEEKLY', byDay };
}

const wholeYear = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

function withoutMonths(rule: Rule, months: number[]): Rule | undefined {
  if (rule.frequency === 'YEARLY' && rule.byMonth.length === 0) return undefined;
  const all = rule.byMonth.length === 0 ? wholeYear : rule.byMonth;
  const byMonth = all.filter((month) => !months.includes(month));
  // BYSETPOS of a yearly rule counts in the year.
  const isCounted = rule.frequency === 'YEARLY' && rule.bySetPosition.length > 0;
  return byMonth.length === 0 || byMonth.length === all.length || isCounted
    ? undefined
    : { ...rule, byMonth };
}

/** Several times of day need the same minute, because BYHOUR and BYMINUTE are combined. BYSETPOS would count the times. */
function withTimes(rule: Rule, minutes: number[]): Rule | undefined {
  const sorted = [...new Set(minutes)].toSorted((a, b) => a - b);
  const [first = 0] = sorted;
  const isOne = sorted.every((minute) => minute % 60 === first % 60);
  if (
    !isOne ||
    isWithinDay(rule) ||
    rule.bySetPosition.length > 0 ||
    rule.byHour.length > 0 ||
    sorted.length > 6 ||
    sorted.length < 2
  )
    return undefined;
  return { ...rule, byHour: sorted.map((minute) => Math.floor(minute / 60)), byMinute: [first % 60] };
}

/** The days that a recurrence leaves out, counted from the day that it is looked for. */
export function exdaysOf(except: NamedDay[], from: Day): Day[] {
  const days = except.map((one) => (one.from ? (one.from(from) ?? one.day) : one.day));
  return [...new Set(days)].toSorted((a, b) => a - b);
}
