import { wallText } from '@rondo/time/iso-8601';
import { wallOf } from '@rondo/time/wall-clock';
import { describeTimes } from './describe-times.ts';
import {
  countText,
  dateText,
  listText,
  monthName,
  ordinalText,
  ordinalsText,
  weekdayName,
} from './english.ts';
import { isWithinDay, type Rule, type RuleDay } from './rule.ts';
import { untilInIso } from './until.ts';

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
 * Describes a rule in English, without a full stop: "every 2 weeks on Monday and Friday until 1 March 2027". Parts that
 * the rule takes from the first date of its series are not mentioned. Quick add reads each description of a rule that it
 * can make as the same rule.
 * @param timeZone the zone in which a UNTIL in UTC is read as a day; null is UTC
 */
export function describeRule(rule: Rule, timeZone: string | null): string {
  return `${phrase(repetition(rule), describeTimes(rule))}${positions(rule)}${end(rule, timeZone)}`;
}

function repetition(rule: Rule): string {
  if (rule.frequency === 'YEARLY') return yearly(rule);
  return rule.frequency === 'MONTHLY' ? monthly(rule) : upToWeekly(rule);
}

function upToWeekly(rule: Rule): string {
  const { byDay: days, byMonthDay: monthDays, byYearDay: yearDays } = rule;
  const isOfDays = rule.frequency === 'WEEKLY' || rule.frequency === 'DAILY';
  if (isOfDays && rule.interval === 1 && monthDays.length === 0 && kindOf(days) === 'weekday')
    return phrase('every weekday', inMonths(rule));
  return phrase(
    every(rule),
    days.length > 0 && `on ${listText(days.map(({ weekday }) => weekdayName(weekday)))}`,
    monthDays.length > 0 && `${days.length > 0 ? 'if it is' : 'on'} ${monthDaysText(monthDays)}`,
    yearDays.length > 0 && `if it is ${ordinalsText(yearDays, 'day of the year')}`,
    inMonths(rule),
  );
}

function monthly(rule: Rule): string {
  const { byDay: days, byMonthDay: monthDays } = rule;
  if (monthDays.length > 0 && days.length > 0)
    return phrase(
      every(rule),
      `on ${weekdayLimits(days)} if it is ${monthDaysText(monthDays)}`,
      inMonths(rule),
    );
  const on = monthDays.length > 0 ? monthDaysText(monthDays) : days.length > 0 && weekdaysText(rule);
  return phrase(every(rule), on !== false && `on ${on}`, inMonths(rule));
}

function yearly(rule: Rule): string {
  const { byMonth: months, byDay: days, byMonthDay: monthDays, byYearDay: yearDays } = rule;
  const weeks = rule.byWeekNumber;
  const dates = datesAtPositions(rule);
  if (dates !== null) return phrase(every(rule), `on ${listText(dates)}`);
  const on = [
    weeks.length > 0 && weeksText(weeks),
    yearDays.length > 0 && `on ${ordinalsText(yearDays, 'day of the year')}`,
    monthDays.length > 0 && `on ${datesText(monthDays, months)}`,
  ].filter((clause) => clause !== false);
  if (on.length > 0) {
    const [first = '', ...others] = on;
    const limits = others.map((clause) => clause.replace(/^on/, 'if it is'));
    // The weekdays of a week are more dates, those beside other days are limits.
    const areDates = weeks.length > 0 && on.length === 1;
    const named = areDates ? listText(days.map(({ weekday }) => weekdayName(weekday))) : weekdayLimits(days);
    const onDays = days.length > 0 && `${weeks.length > 0 ? 'on' : 'if it is'} ${named}`;
    return phrase(every(rule), first, ...limits, onDays, monthDays.length === 0 && inMonths(rule));
  }
  if (days.length === 0) return phrase(every(rule), inMonths(rule));
  const isCounted = days.some(({ nth }) => nth !== null) || namesPositions(rule);
  const place =
    months.length > 0
      ? `${isCounted ? 'of' : 'in'} ${listText(months.map(monthName))}`
      : isCounted && 'of the year';
  return phrase(every(rule), `on ${weekdaysText(rule)}`, place);
}

function every({ frequency, interval }: Rule): string {
  return interval === 1 ? `every ${units[frequency]}` : `every ${countText(interval, units[frequency])}`;
}

function phrase(...clauses: (string | false)[]): string {
  return clauses.filter((clause) => clause !== false && clause !== '').join(' ');
}

function inMonths({ byMonth: months }: Rule): string {
  return months.length === 0 ? '' : `in ${listText(months.map(monthName))}`;
}

/** The word for a set of weekdays, if it has one. */
function kindOf(days: RuleDay[]): 'day' | 'weekday' | 'weekend day' | null {
  if (days.some(({ nth }) => nth !== null)) return null;
  const set = days.map(({ weekday }) => weekday).join('');
  return set === '1234567' ? 'day' : set === '12345' ? 'weekday' : set === '67' ? 'weekend day' : null;
}

/** Weekdays that a month or year is expanded to: "the 1st and 3rd Sunday and every Monday", "the last weekday". */
function weekdaysText(rule: Rule): string {
  const { byDay: days } = rule;
  if (namesPositions(rule)) return ordinalsText(rule.bySetPosition, kindOf(days) ?? '');
  const counted = Map.groupBy(
    days.filter(({ nth }) => nth !== null),
    ({ weekday }) => weekday,
  );
  const items = [...counted].map(([weekday, same]) =>
    ordinalsText(
      same.map(({ nth }) => nth ?? 0),
      weekdayName(weekday),
    ),
  );
  const others = days.filter(({ nth }) => nth === null).map(({ weekday }) => weekdayName(weekday));
  return listText([...items, ...(others.length > 0 ? [`every ${listText(others)}`] : [])]);
}

/** Weekdays that limit another part: "the 1st Sunday or Monday". */
function weekdayLimits(days: RuleDay[]): string {
  return days
    .map(({ weekday, nth }) =>
      nth === null ? weekdayName(weekday) : `the ${ordinalText(nth)} ${weekdayName(weekday)}`,
    )
    .join(' or ');
}

/** "the 1st and 15th", "the 1st and last day". */
function monthDaysText(days: number[]): string {
  return ordinalsText(days, days.some((day) => day < 0) ? 'day' : '');
}

/** "25 December", "the 1st and 15th of March", "the last day of every month". */
function datesText(days: number[], months: number[]): string {
  const [[day = 0], [month = 0]] = [days, months];
  if (days.length === 1 && months.length === 1 && day > 0) return `${day} ${monthName(month)}`;
  return `${monthDaysText(days)} of ${months.length > 0 ? listText(months.map(monthName)) : 'every month'}`;
}

const longestMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The dates of a year that BYSETPOS chooses from months and days: "14 January and 15 June". Null if it means something else. */
function datesAtPositions(rule: Rule): string[] | null {
  const { byMonth: months, byMonthDay: days, bySetPosition: chosen } = rule;
  const others = [rule.byDay, rule.byYearDay, rule.byWeekNumber, rule.byHour, rule.byMinute, rule.bySecond];
  if (rule.frequency !== 'YEARLY' || chosen.length === 0 || others.some(({ length }) => length > 0))
    return null;
  const isInEach = months.every((month) =>
    days.every((day) => day > 0 && day <= (longestMonths[month - 1] ?? 0)),
  );
  if (!isInEach || months.length === 0 || days.length === 0) return null;
  const all = months.flatMap((month) => days.map((day) => `${day} ${monthName(month)}`));
  const dates = chosen.map((position) => all[position - 1]);
  return dates.every((date) => date !== undefined) ? dates : null;
}

function weeksText(weeks: number[]): string {
  const forward = weeks.filter((week) => week > 0);
  const backward = weeks.filter((week) => week < 0);
  return listText([
    ...(forward.length > 0 ? [`in week ${listText(forward.map(String))}`] : []),
    ...(backward.length > 0 ? [`in ${ordinalsText(backward, 'week')} of the year`] : []),
  ]);
}

/** Whether BYSETPOS counts a kind of day within one month: "the last weekday". */
function namesPositions(rule: Rule): boolean {
  const isOneMonth =
    rule.frequency === 'MONTHLY' ||
    (rule.frequency === 'YEARLY' && rule.byMonth.length === 1 && rule.byYearDay.length === 0);
  return (
    isOneMonth &&
    rule.bySetPosition.length > 0 &&
    rule.byMonthDay.length === 0 &&
    rule.byWeekNumber.length === 0 &&
    kindOf(rule.byDay) !== null
  );
}

/** BYSETPOS, unless it is part of the name of a day. */
function positions(rule: Rule): string {
  const { frequency, bySetPosition } = rule;
  if (bySetPosition.length === 0 || namesPositions(rule) || datesAtPositions(rule) !== null) return '';
  return `, only ${ordinalsText(bySetPosition)} of each ${units[frequency]}`;
}

function end(rule: Rule, timeZone: string | null): string {
  if (rule.count !== null) return rule.count === 1 ? ', once' : `, ${rule.count} times`;
  if (rule.until === null) return '';
  const { form } = rule.until;
  const iso = untilInIso(rule.until);
  const wall = form === 'utc' ? wallText(wallOf(Date.parse(iso), timeZone)) : iso;
  const time = isWithinDay(rule) && form !== 'date' ? ` at ${wall.slice(11, 16)}` : '';
  return ` until ${dateText(wall.slice(0, 10))}${time}`;
}
