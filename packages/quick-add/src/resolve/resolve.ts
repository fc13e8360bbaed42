import { firstDayOf } from '@rondo/recurrence/first-day';
import { isWithinDay, type Rule } from '@rondo/recurrence/rule';
import { dayAt } from '@rondo/time/wall-clock';
import type { Found } from '../clauses/clause.ts';
import { accept, firstOf, isOf, type Clauses } from '../clauses/clauses.ts';
import type { NamedDay } from '../words/days/dates.ts';
import { beforeNamedYear } from '../words/days/days-range.ts';
import type { Interpretation } from './interpretation.ts';
import { isTimed, isUsableDue, resolveDue, type DueClauses, type ResolveContext } from './due.ts';
import { endClock, resolveEnd, resolveLength } from './length.ts';
import { resolveReminder } from './reminders.ts';
import { exdaysOf, limitedRule } from './rule.ts';

/** What the clauses of a phrase mean together, and which of them have a part in it. */
export type Resolution = { interpretation: Interpretation; accepted: Set<Found> };

/**
 * Decides what the clauses of a phrase mean together. Of two clauses that say the same thing the first one counts. A clause
 * that means nothing without another one ("for 30 min" without a time) is not accepted.
 */
export function resolve(found: Found[], context: ResolveContext): Resolution {
  const clauses: Clauses = { found, accepted: new Set() };
  const interpretation: Interpretation = {
    zone: context.zone,
    hasZone: false,
    fromCompletion: false,
    exdays: [],
    reminders: [],
    labels: [],
  };
  if (found.length > 0) {
    resolveDates(interpretation, clauses, context);
    resolveEnd(interpretation, clauses, context);
    resolveLength(interpretation, clauses);
    resolveReminders(interpretation, clauses, context);
    resolveTags(interpretation, clauses);
  }
  return { interpretation, accepted: clauses.accepted };
}

function resolveDates(interpretation: Interpretation, clauses: Clauses, context: ResolveContext): void {
  const dueClauses = acceptDueClauses(clauses, context);
  const named = isTimed(dueClauses) ? firstOf(clauses, 'zone')?.clause.zone : undefined;
  const zone = named ?? context.zone;
  const due = resolveDue(dueClauses, { now: context.now, zone });
  if (due === undefined || !isUsableDue(due, zone)) {
    clauses.accepted.clear();
    return;
  }
  interpretation.due = due;
  interpretation.exdays = dueClauses.exdays;
  if (dueClauses.rule && dueClauses.day?.period) interpretation.until = { day: dueClauses.day.period.last };
  // "tonight" after 20:00 is a day without a time, so a zone would mean nothing.
  if (named !== undefined && 'instant' in due) {
    accept(clauses, 'zone');
    interpretation.hasZone = true;
    interpretation.zone = zone;
  }
  if (dueClauses.rule) interpretation.rule = dueClauses.rule;
  interpretation.fromCompletion = firstOf(clauses, 'rule')?.clause.fromCompletion === true;
}

/** Accepts the clauses that say when. An exact moment excludes a time; "until friday" without a rule is a plain day. */
function acceptDueClauses(clauses: Clauses, context: ResolveContext): DueClauses {
  const ruleClause = accept(clauses, 'rule');
  const limited = ruleClause && limitedRule(ruleClause, clauses);
  const rule = limited?.rule;
  const day = rule ? acceptFirstDay(clauses, rule) : acceptDay(clauses);
  const hasTimes = rule !== undefined && rule.byHour.length > 0;
  const instant = day || hasTimes ? undefined : accept(clauses, 'instant')?.instant;
  const isExact = (day?.instant ?? instant) !== undefined;
  const isRangeOfDays = (firstOf(clauses, 'days') ?? firstOf(clauses, 'moments')) !== undefined && !rule;
  const hasTime = !isExact && !isRangeOfDays;
  const clock = hasTime ? acceptClock(clauses, rule) : undefined;
  const part = hasTime && !hasTimes ? (accept(clauses, 'part')?.part ?? ruleClause?.part) : undefined;
  const exdays = exdaysOf(limited?.except ?? [], day?.day ?? dayAt(context.now, context.zone));
  return { rule, day, instant, clock, part, exdays };
}

/** The day of a task without a recurrence. */
function acceptDay(clauses: Clauses): NamedDay | undefined {
  // "letter from friday" is no date.
  const hasLength = firstOf(clauses, 'length') !== undefined || firstOf(clauses, 'clock') !== undefined;
  const one = clauses.found.find(
    (found) =>
      (isOf(found, 'day') &&
        (found.clause.role !== 'from' || hasLength) &&
        !hasSeveralMonths(found.clause.day)) ||
      isOf(found, 'until') ||
      isOf(found, 'days') ||
      isOf(found, 'moments'),
  );
  if (one === undefined) return undefined;
  clauses.accepted.add(one);
  if (isOf(one, 'days')) return beforeNamedYear(one.clause.first, one.clause.last);
  if (isOf(one, 'moments')) {
    const { first, last } = one.clause;
    return { ...beforeNamedYear(first.day, last.day), minute: first.minute };
  }
  return 'day' in one.clause ? one.clause.day : undefined;
}

function hasSeveralMonths({ within }: NamedDay): boolean {
  return within !== undefined && 'months' in within && within.months.length > 1;
}

/** The day that a recurrence starts on. A day without "starting" must be one of its days. */
function acceptFirstDay(clauses: Clauses, rule: Rule): NamedDay | undefined {
  const one = clauses.found.find(
    (found) =>
      !clauses.accepted.has(found) &&
      ((isOf(found, 'day') && !found.clause.day.within) || isOf(found, 'days')),
  );
  if (one === undefined) return undefined;
  if (isOf(one, 'days')) {
    clauses.accepted.add(one);
    return one.clause.first;
  }
  if (!isOf(one, 'day')) return undefined;
  const { day, role } = one.clause;
  const hasTime = (day.minute ?? day.instant) !== undefined || day.isTonight === true;
  if (rule.byHour.length > 0 && hasTime) return undefined;
  // "every day next week" has a start and an end.
  if (role === 'plain' && day.period) {
    clauses.accepted.add(one);
    return { day: day.period.first, period: day.period, isToday: day.period.first !== day.day };
  }
  if (role === 'plain' && !isDayOf(rule, day)) return undefined;
  clauses.accepted.add(one);
  const { period: _, ...start } = day;
  return start;
}

function isDayOf(rule: Rule, { day, isWeekday, isMovable, instant }: NamedDay): boolean {
  if (isWithinDay(rule) || instant !== undefined) return true;
  const isOfDate = rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY';
  if ((isWeekday || isMovable) && isOfDate) return false;
  return firstDayOf({ ...rule, byHour: [], byMinute: [] }, day) === day;
}

/**
 * With several times the first occurrence can name one of them. A recurrence of hours has no range of times, and "until 5pm" is
 * its end. "every friday until 5pm" is no time of a task.
 */
function acceptClock(clauses: Clauses, rule: Rule | undefined): DueClauses['clock'] {
  const end = rule && endClock(clauses, rule);
  const one = clauses.found.filter((found) => isOf(found, 'clock')).find((found) => found !== end);
  if (one === undefined || (end !== undefined && one.first > end.first)) return undefined;
  const { clock, minutes, limit } = one.clause;
  if (rule && isWithinDay(rule) && (minutes !== undefined || limit !== undefined)) return undefined;
  if (rule && limit === 'until') return undefined;
  const isTimeOf = ({ byHour, byMinute }: Rule) =>
    byHour.some((hour) => hour * 60 + (byMinute[0] ?? 0) === clock.minute);
  if (rule && rule.byHour.length > 0 && !isTimeOf(rule)) return undefined;
  clauses.accepted.add(one);
  return one.clause;
}

const maxReminders = 20;
const maxLabels = 50;

function resolveReminders(
  interpretation: Interpretation,
  { found, accepted }: Clauses,
  { now }: ResolveContext,
): void {
  for (const one of found) {
    if (!isOf(one, 'reminders')) continue;
    const resolved = one.clause.reminders.map((reminder) =>
      resolveReminder(reminder, interpretation.due, { now, zone: interpretation.zone }),
    );
    const usable = resolved.filter((reminder) => reminder !== undefined);
    if (usable.length < resolved.length || interpretation.reminders.length + usable.length > maxReminders)
      continue;
    interpretation.reminders.push(...usable);
    accepted.add(one);
  }
}

function resolveTags(interpretation: Interpretation, clauses: Clauses): void {
  const list = accept(clauses, 'list')?.name;
  if (list !== undefined) interpretation.list = list;
  const priority = accept(clauses, 'priority')?.priority;
  if (priority !== undefined) interpretation.priority = priority;
  for (const one of clauses.found) {
    if (!isOf(one, 'label')) continue;
    const isKnown = interpretation.labels.includes(one.clause.name);
    if (!isKnown && interpretation.labels.length >= maxLabels) continue;
    if (!isKnown) interpretation.labels.push(one.clause.name);
    clauses.accepted.add(one);
  }
}
