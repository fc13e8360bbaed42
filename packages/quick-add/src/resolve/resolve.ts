import type { Found } from '../clauses/clause.ts';
import { firstOf, isOf, take, type Heard } from '../clauses/clauses.ts';
import type { Meaning } from './interpretation.ts';
import { isTimed, isUsableDue, settleDue, type DueWords, type Here } from './due.ts';
import { settleEnd, settleLength } from './length.ts';
import { settleReminder } from './reminders.ts';

/**
 * Decides what the clauses of a phrase mean together. Where two say the same thing the first one does; what says
 * nothing without another one ("for 30 min" without a time) is not accepted, and its words go back to the title.
 */
export function settle(found: Found[], here: Here): { meaning: Meaning; accepted: Set<Found> } {
  const heard: Heard = { found, accepted: new Set() };
  const meaning: Meaning = {
    zone: here.zone,
    has_zone: false,
    from_completion: false,
    reminders: [],
    labels: [],
  };
  if (found.length > 0) {
    settleWhen(meaning, heard, here);
    settleEnd(meaning, heard);
    settleLength(meaning, heard);
    settleNotices(meaning, heard, here);
    settleTags(meaning, heard);
  }
  return { meaning, accepted: heard.accepted };
}

function settleWhen(meaning: Meaning, heard: Heard, here: Here): void {
  const words = dueWordsOf(heard);
  const named = isTimed(words) ? firstOf(heard, 'zone')?.clause.zone : undefined;
  const zone = named ?? here.zone;
  const due = settleDue(words, { now: here.now, zone });
  if (due === undefined || !isUsableDue(due, zone)) {
    heard.accepted.clear();
    return;
  }
  meaning.due = due;
  // "tonight" that is over is a day, which has no zone.
  if (named !== undefined && 'instant' in due) {
    take(heard, 'zone');
    meaning.has_zone = true;
    meaning.zone = zone;
  }
  if (words.rule) meaning.rule = words.rule.rule;
  meaning.from_completion = words.rule?.from_completion === true;
}

/** An exact moment leaves no room for a time; "until friday" without a rule is a day like any other. */
function dueWordsOf(heard: Heard): DueWords {
  const rule = take(heard, 'rule');
  const dayFound = heard.found.find((one) =>
    rule ? isOf(one, 'day') : (isOf(one, 'day') && !one.clause.from_only) || isOf(one, 'until'),
  );
  if (dayFound) heard.accepted.add(dayFound);
  const day = dayFound && 'day' in dayFound.clause ? dayFound.clause.day : undefined;
  const instant = day ? undefined : take(heard, 'instant')?.instant;
  const isExact = (day?.instant ?? instant) !== undefined;
  return {
    rule,
    day,
    instant,
    clock: isExact ? undefined : take(heard, 'clock'),
    part: isExact ? undefined : take(heard, 'part'),
  };
}

const mostReminders = 20;
const mostLabels = 50;

function settleNotices(meaning: Meaning, { found, accepted }: Heard, { now }: Here): void {
  for (const one of found) {
    if (!isOf(one, 'reminders')) continue;
    const settled = one.clause.reminders.map((reminder) =>
      settleReminder(reminder, meaning.due, { now, zone: meaning.zone }),
    );
    const usable = settled.filter((reminder) => reminder !== undefined);
    if (usable.length < settled.length || meaning.reminders.length + usable.length > mostReminders) continue;
    meaning.reminders.push(...usable);
    accepted.add(one);
  }
}

function settleTags(meaning: Meaning, heard: Heard): void {
  const list = take(heard, 'list')?.name;
  if (list !== undefined) meaning.list = list;
  const priority = take(heard, 'priority')?.priority;
  if (priority !== undefined) meaning.priority = priority;
  for (const one of heard.found) {
    if (!isOf(one, 'label')) continue;
    const isKnown = meaning.labels.includes(one.clause.name);
    if (!isKnown && meaning.labels.length >= mostLabels) continue;
    if (!isKnown) meaning.labels.push(one.clause.name);
    heard.accepted.add(one);
  }
}
