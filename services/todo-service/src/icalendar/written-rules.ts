import type { Series } from '@rondo/recurrence/occurrences';
import { occurrences } from '@rondo/recurrence/occurrences';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { ruleText, type Rule } from '@rondo/recurrence/rule';
import { maxSteps } from './product-dates.ts';
import { writtenRule } from './rule.ts';

/** How far a series has come: the date of its open occurrence, and how many before it are closed. */
type Progress = { passed: string; done: number };

/** Rules that may give a strict reader the dates of a series from its open occurrence on, the plainest first. */
export function writtenRules(
  series: Series,
  { isFloating, ...progress }: Progress & { isFloating: boolean },
): string[] {
  const left = remainingRule(series, progress);
  const isAllDay = series.anchor.length === 10;
  const place = { zone: series.timeZone, isFloating };
  const forms = [left, ...(series.policies.monthEnd === 'clamp' ? monthEndForm(left, series.anchor) : [])];
  return forms.map((form) => ruleText(writtenRule(form, isAllDay, place)));
}

/** The rule of a series from its open occurrence on: COUNT is what remains. */
export function remainingRule(series: Series, { passed, done }: Progress): Rule {
  const rule = parseRule(series.rule);
  return rule.count === null ? rule : { ...rule, count: remaining(series, rule.count, passed, done) };
}

/** COUNT from the open occurrence on. Dates that a late completion passed over are counted, too. */
function remaining(series: Series, count: number, passed: string, done: number): number {
  const limit = Date.parse(passed);
  let before = 0;
  try {
    const all = { ...series, rdates: [], exdates: [] };
    for (const date of occurrences(all, { limit: count, maxSteps })) {
      if (Date.parse(date) > limit) break;
      before += 1;
    }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    before = done + 1;
  }
  return Math.max(1, count - before + 1);
}

/** The last day of a month that has no 29th, 30th or 31st: the last of the days up to it. */
function monthEndForm(rule: Rule, anchor: string): Rule[] {
  const { byDay, byYearDay, byWeekNumber, bySetPosition, frequency } = rule;
  if ([byDay, byYearDay, byWeekNumber, bySetPosition].some(({ length }) => length > 0)) return [];
  const [day = 0, ...others] = rule.byMonthDay.length > 0 ? rule.byMonthDay : [Number(anchor.slice(8, 10))];
  if (day < 29 || others.length > 0) return [];
  const byMonthDay = [28, 29, 30, 31].filter((one) => one <= day);
  const set = { ...rule, byMonthDay, bySetPosition: [-1] };
  if (frequency === 'MONTHLY') return [set];
  const byMonth = rule.byMonth.length > 0 ? rule.byMonth : [Number(anchor.slice(5, 7))];
  return frequency === 'YEARLY' && byMonth.length === 1 ? [{ ...set, byMonth }] : [];
}
