import { nextOccurrence, occurrences, defaultPolicies, type Series } from '@rondo/recurrence/occurrences';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText, type Rule } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { civilOf } from '@rondo/time/calendar';
import { dayOfDate, rfc3339, wallText } from '@rondo/time/iso-8601';
import { instantOf, wallAt, wallOf } from '@rondo/time/wall-clock';

const maxDates = 366;
/** More steps would keep the event loop. */
const maxSteps = 5_000;

/**
 * Sorts and bounds the dates of a series. If its first date is left out, the task is that of the next one.
 * @returns undefined if no date is left
 */
export function finishSeries(draft: TaskDraft, addNote: (note: string) => void): TaskDraft | undefined {
  const { recurrence_rule: rule, exdates = [], rdates = [], ...rest } = draft;
  if (!rule || exdates.length + rdates.length === 0)
    return { ...rest, ...(rule ? { recurrence_rule: rule } : {}) };
  // The later ones matter more for those that are left out, the earlier ones for those that are added.
  const left = sorted(exdates);
  const added = sorted(rdates);
  for (const [name, { length }] of [
    ['left out', left],
    ['added', added],
  ] as const)
    if (length > maxDates) addNote(`only ${maxDates} of the ${length} dates that are ${name} were imported`);
  return withFirstDate({
    ...draft,
    ...(left.length > 0 ? { exdates: left.slice(-maxDates) } : {}),
    ...(added.length > 0 ? { rdates: added.slice(0, maxDates) } : {}),
  });
}

function sorted(dates: string[]): string[] {
  return [...new Set(dates)].toSorted((left, right) => Date.parse(left) - Date.parse(right));
}

function withFirstDate(draft: TaskDraft): TaskDraft | undefined {
  const { recurrence_rule: text, exdates = [], rdates = [], time_zone: zone = null } = draft;
  const anchor = draft.due_date ?? draft.start;
  if (!text || !anchor || draft.recurrence_basis === 'completion') return draft;
  if (!exdates.some((exdate) => isLeftOut(anchor, exdate, zone))) return draft;
  const series: Series = {
    rule: text,
    exdates,
    rdates,
    anchor: anchor.length === 10 ? anchor : wallText(wallOf(Date.parse(anchor), zone)),
    timeZone: zone,
    policies: defaultPolicies,
  };
  try {
    const first = nextOccurrence(series, anchor, { maxSteps });
    if (first === null) return undefined;
    const moved = (date: string) => movedBy(date, { from: anchor, to: first, zone });
    return {
      ...draft,
      recurrence_rule: ruleText(ruleFrom(series, first)),
      ...(draft.due_date ? { due_date: moved(draft.due_date) } : {}),
      ...(draft.start ? { start: moved(draft.start) } : {}),
    };
  } catch (error) {
    // What takes too many steps keeps its first date.
    if (error instanceof RuleError) return draft;
    throw error;
  }
}

function isLeftOut(date: string, exdate: string, zone: string | null): boolean {
  if (exdate.length > 10 && date.length > 10) return Date.parse(exdate) === Date.parse(date);
  return dayOfDate(exdate, zone) === dayOfDate(date, zone);
}

/** The rule of a series that begins at a later one of its dates. COUNT counts only what remains. */
function ruleFrom(series: Series, first: string): Rule {
  const rule = parseRule(series.rule);
  const { date } = civilOf(dayOfDate(series.anchor.slice(0, 10), null));
  const isMonthly = rule.frequency === 'MONTHLY' && rule.byMonthDay.length + rule.byDay.length === 0;
  // Counted from 28 February, a series of the 31st would be one of the 28th.
  const byMonthDay = isMonthly && date > 28 ? [date] : rule.byMonthDay;
  if (rule.count === null) return { ...rule, byMonthDay };
  let before = 0;
  for (const found of occurrences(
    { ...series, exdates: [], rdates: [] },
    { limit: maxDates * 2, maxSteps },
  )) {
    if (Date.parse(found) >= Date.parse(first)) break;
    before += 1;
  }
  return { ...rule, byMonthDay, count: Math.max(1, rule.count - before) };
}

/** Moves a date as far as another one was moved, on the clock of the zone. */
function movedBy(
  date: string,
  { from, to, zone }: { from: string; to: string; zone: string | null },
): string {
  if (date === from) return to;
  const wall = (text: string) =>
    text.length === 10 ? wallAt(dayOfDate(text, zone)) : wallOf(Date.parse(text), zone);
  const moved = wall(date) + wall(to) - wall(from);
  return date.length === 10 ? wallText(moved).slice(0, 10) : rfc3339(instantOf(moved, zone), zone);
}
