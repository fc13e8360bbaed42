import type { Found } from '../clauses/clause.ts';
import { accept, firstOf, isOf, type Clauses } from '../clauses/clauses.ts';
import type { Interpretation } from './interpretation.ts';
import { isTimed, isUsableDue, resolveDue, type DueClauses, type ResolveContext } from './due.ts';
import { resolveEnd, resolveLength } from './length.ts';
import { resolveReminder } from './reminders.ts';

/**
 * Decides what the clauses of a phrase mean together. Of two clauses that say the same thing the first one counts. A clause
 * that means nothing without another one ("for 30 min" without a time) is not accepted.
 */
export function resolve(
  found: Found[],
  context: ResolveContext,
): { interpretation: Interpretation; accepted: Set<Found> } {
  const clauses: Clauses = { found, accepted: new Set() };
  const interpretation: Interpretation = {
    zone: context.zone,
    hasZone: false,
    fromCompletion: false,
    reminders: [],
    labels: [],
  };
  if (found.length > 0) {
    resolveDates(interpretation, clauses, context);
    resolveEnd(interpretation, clauses);
    resolveLength(interpretation, clauses);
    resolveReminders(interpretation, clauses, context);
    resolveTags(interpretation, clauses);
  }
  return { interpretation, accepted: clauses.accepted };
}

function resolveDates(interpretation: Interpretation, clauses: Clauses, context: ResolveContext): void {
  const dueClauses = acceptDueClauses(clauses);
  const named = isTimed(dueClauses) ? firstOf(clauses, 'zone')?.clause.zone : undefined;
  const zone = named ?? context.zone;
  const due = resolveDue(dueClauses, { now: context.now, zone });
  if (due === undefined || !isUsableDue(due, zone)) {
    clauses.accepted.clear();
    return;
  }
  interpretation.due = due;
  // "tonight" after 20:00 is a day without a time, so a zone would mean nothing.
  if (named !== undefined && 'instant' in due) {
    accept(clauses, 'zone');
    interpretation.hasZone = true;
    interpretation.zone = zone;
  }
  if (dueClauses.rule) interpretation.rule = dueClauses.rule.rule;
  interpretation.fromCompletion = dueClauses.rule?.fromCompletion === true;
}

/** Accepts the clauses that say when. An exact moment excludes a time; "until friday" without a rule is a plain day. */
function acceptDueClauses(clauses: Clauses): DueClauses {
  const rule = accept(clauses, 'rule');
  const dayFound = clauses.found.find((one) =>
    rule ? isOf(one, 'day') : (isOf(one, 'day') && !one.clause.isFromOnly) || isOf(one, 'until'),
  );
  if (dayFound) clauses.accepted.add(dayFound);
  const day = dayFound && 'day' in dayFound.clause ? dayFound.clause.day : undefined;
  const instant = day ? undefined : accept(clauses, 'instant')?.instant;
  const isExact = (day?.instant ?? instant) !== undefined;
  return {
    rule,
    day,
    instant,
    clock: isExact ? undefined : accept(clauses, 'clock'),
    part: isExact ? undefined : accept(clauses, 'part'),
  };
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
