import { describeTimes } from './describe-times.ts';
import { dateInWords, listOf, monthName, ordinal, ordinals, weekdayName } from './english-words.ts';
import { wallTextOf } from '@rondo/time/recurrence-moment';
import { untilInIso, type Rule, type RuleDay } from './rule-parts.ts';
import { isWithinDay } from './rule.ts';

const units = {
  SECONDLY: 'second',
  MINUTELY: 'minute',
  HOURLY: 'hour',
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
};

/**
 * A rule as an English sentence without a full stop: "every 2 weeks on Monday and Friday until 1 March 2027". What the
 * rule leaves to the anchor of its series is left out.
 * @param timeZone where a UNTIL in UTC is read as a day; UTC for null
 */
export function describeRule(rule: Rule, timeZone: string | null): string {
  const phrase = `${repetitionOf(rule)} ${describeTimes(rule)}`.trim();
  return `${phrase}${positionsOf(rule)}${endOf(rule, timeZone)}`;
}

function repetitionOf(rule: Rule): string {
  if (rule.frequency === 'YEARLY') return yearly(rule);
  return rule.frequency === 'MONTHLY' ? monthly(rule) : byDay(rule);
}

function byDay(rule: Rule): string {
  const { frequency, by_day: days, by_month_day: monthDays, by_year_day: yearDays } = rule;
  const isByDay = frequency === 'WEEKLY' || frequency === 'DAILY';
  const kind = isByDay && rule.interval === 1 && monthDays.length === 0 ? kindOf(days) : null;
  if (kind !== null) return sentence(`every ${kind}`, inMonths(rule));
  return sentence(
    every(rule),
    days.length > 0 && `on ${listOf(days.map(({ weekday }) => weekdayName(weekday)))}`,
    monthDays.length > 0 && `${days.length > 0 ? 'if it is' : 'on'} ${monthDayNames(monthDays)}`,
    yearDays.length > 0 && `if it is ${ordinals(yearDays, 'day of the year')}`,
    inMonths(rule),
  );
}

function monthly(rule: Rule): string {
  const { interval, by_day: days, by_month_day: monthDays } = rule;
  const isEvery = interval === 1;
  const each = isEvery ? 'every month' : `every ${interval} months`;
  if (monthDays.length > 0 && days.length > 0)
    return sentence(each, `on ${weekdayLimits(days)} if it is ${monthDayNames(monthDays)}`, inMonths(rule));
  if (monthDays.length > 0) {
    const names = monthDayNames(monthDays);
    return sentence(isEvery ? `on ${names} of every month` : `${each} on ${names}`, inMonths(rule));
  }
  const kind = kindOf(days);
  if (kind !== null && rule.by_set_position.length > 0) {
    const names = ordinals(rule.by_set_position, kind);
    return sentence(isEvery ? `on ${names} of every month` : `${each} on ${names}`, inMonths(rule));
  }
  if (isEvery && days.length > 0 && days.every(({ nth }) => nth !== null))
    return sentence(`every ${listOf(days.map(countedName))} of the month`, inMonths(rule));
  return sentence(each, days.length > 0 && `on ${weekdayItems(days)}`, inMonths(rule));
}

function yearly(rule: Rule): string {
  const { by_month: months, by_day: days, by_month_day: monthDays, by_year_day: yearDays } = rule;
  const weeks = rule.by_week_number;
  const names = listOf(months.map(monthName));
  const isOn = [
    weeks.length > 0 && weekNames(weeks),
    yearDays.length > 0 && `on ${ordinals(yearDays, 'day of the year')}`,
    monthDays.length > 0 && `on ${datesOfYear(monthDays, months)}`,
  ].filter((clause) => clause !== false);
  if (isOn.length > 0) {
    const [first = '', ...others] = isOn;
    const limits = others.map((clause) => clause.replace(/^on/, 'if it is'));
    const onDays = days.length > 0 && `${weeks.length > 0 ? 'on' : 'if it is'} ${weekdayLimits(days)}`;
    return sentence(every(rule), first, ...limits, onDays, monthDays.length === 0 && inMonths(rule));
  }
  if (days.length === 0) return sentence(every(rule), inMonths(rule));
  const isCounted = days.some(({ nth }) => nth !== null);
  const place = months.length > 0 ? `${isCounted ? 'of' : 'in'} ${names}` : isCounted && 'of the year';
  return sentence(every(rule), `on ${weekdayItems(days)}`, place);
}

function every({ frequency, interval }: Rule): string {
  return interval === 1 ? `every ${units[frequency]}` : `every ${interval} ${units[frequency]}s`;
}

function sentence(...clauses: (string | false)[]): string {
  return clauses.filter((clause) => clause !== false && clause !== '').join(' ');
}

function inMonths({ by_month: months }: Rule): string {
  return months.length === 0 ? '' : `in ${listOf(months.map(monthName))}`;
}

/** The word for a set of weekdays that has one. */
function kindOf(days: RuleDay[]): 'day' | 'weekday' | 'weekend day' | null {
  if (days.some(({ nth }) => nth !== null)) return null;
  const set = days.map(({ weekday }) => weekday).join('');
  return set === '1234567' ? 'day' : set === '12345' ? 'weekday' : set === '67' ? 'weekend day' : null;
}

function countedName({ weekday, nth }: RuleDay): string {
  return `${ordinal(nth ?? 0)} ${weekdayName(weekday)}`;
}

/** Weekdays to expand to: "the 1st Sunday and every Monday". */
function weekdayItems(days: RuleDay[]): string {
  const counted = days.filter(({ nth }) => nth !== null).map((day) => `the ${countedName(day)}`);
  const others = listOf(days.filter(({ nth }) => nth === null).map(({ weekday }) => weekdayName(weekday)));
  return listOf([...counted, ...(others === '' ? [] : [`every ${others}`])]);
}

/** Weekdays that narrow another part down: "the 1st Sunday or Monday". */
function weekdayLimits(days: RuleDay[]): string {
  return days
    .map((day) => (day.nth === null ? weekdayName(day.weekday) : `the ${countedName(day)}`))
    .join(' or ');
}

/** "the 1st and 15th", "the 1st and the last day". */
function monthDayNames(days: number[]): string {
  const forward = days.filter((day) => day > 0);
  const backward = days.filter((day) => day < 0);
  return listOf([
    ...(forward.length > 0 ? [ordinals(forward)] : []),
    ...(backward.length > 0 ? [ordinals(backward, 'day')] : []),
  ]);
}

function datesOfYear(days: number[], months: number[]): string {
  const [month] = months;
  if (months.length === 1 && month !== undefined && days.every((day) => day > 0))
    return `${listOf(days.map(String))} ${monthName(month)}`;
  return `${monthDayNames(days)} of ${months.length > 0 ? listOf(months.map(monthName)) : 'every month'}`;
}

function weekNames(weeks: number[]): string {
  const forward = weeks.filter((week) => week > 0);
  const backward = weeks.filter((week) => week < 0);
  return listOf([
    ...(forward.length > 0 ? [`in week ${listOf(forward.map(String))}`] : []),
    ...(backward.length > 0 ? [`in ${ordinals(backward, 'week')} of the year`] : []),
  ]);
}

/** BYSETPOS, where no name of a day has taken it up. */
function positionsOf(rule: Rule): string {
  const { frequency, by_set_position: positions, by_day: days } = rule;
  const isNamed = frequency === 'MONTHLY' && rule.by_month_day.length === 0 && kindOf(days) !== null;
  return positions.length === 0 || isNamed ? '' : `, only ${ordinals(positions)} of each ${units[frequency]}`;
}

function endOf(rule: Rule, timeZone: string | null): string {
  if (rule.count !== null) return rule.count === 1 ? ', once' : `, ${rule.count} times`;
  if (rule.until === null) return '';
  const { form } = rule.until;
  const iso = untilInIso(rule.until);
  const wall = form === 'utc' ? wallTextOf(new Date(iso), timeZone) : iso;
  const time = isWithinDay(rule) && form !== 'date' ? ` at ${wall.slice(11, 16)}` : '';
  return ` until ${dateInWords(wall.slice(0, 10))}${time}`;
}
