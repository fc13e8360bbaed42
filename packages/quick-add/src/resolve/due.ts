import { isUsable, type Day } from '@rondo/time/calendar';
import type { Clause } from '../clauses/clause.ts';
import { dayParts, inPart } from '../words/clock.ts';
import type { NamedDay } from '../words/dates.ts';
import type { Due } from './interpretation.ts';
import { firstDayOf, type Rule } from '../recurrence-rule.ts';
import { instantOf, wallOf } from '@rondo/time/wall-clock';

/** The clauses that say when a task is due; each is the first of its kind. */
export type DueWords = {
  day: NamedDay | undefined;
  clock: Extract<Clause, { is: 'clock' }> | undefined;
  part: Extract<Clause, { is: 'part' }> | undefined;
  rule: Extract<Clause, { is: 'rule' }> | undefined;
  /** In milliseconds. */
  instant: number | undefined;
};

export type Here = { now: number; zone: string };

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Whether the words give a time of day, so that a zone means something. */
export function isTimed({ day, clock, part, rule, instant }: DueWords): boolean {
  return (
    (clock ?? part ?? instant ?? day?.minute ?? day?.instant ?? rule?.part) !== undefined ||
    day?.is_tonight === true ||
    rule?.rule.frequency === 'HOURLY'
  );
}

/** When the task is due first, in the zone that its words name or the person's. */
export function settleDue(words: DueWords, here: Here): Due | undefined {
  const instant = words.day?.instant ?? words.instant;
  const { rule } = words;
  if (rule?.rule.frequency === 'HOURLY') return hourly(words, rule.rule, here);
  if (instant !== undefined) return rule ? onDayOf(rule.rule, instant, here) : { instant };
  const minute = minuteOf(words, here);
  if (rule) return recurring(words, rule.rule, minute, here);
  if (words.day === undefined) return minute === undefined ? undefined : nextAt(minute, here);
  const day = dayMeant(words.day, minute);
  return minute === undefined ? { day } : { instant: instantOf({ day, minute }, here.zone) };
}

/** The minute of the day: the time that is given, moved into the part of the day that is given, or that part's own. */
function minuteOf({ day, clock, part, rule }: DueWords, here: Here): number | undefined {
  const inside = part?.part ?? (day?.is_tonight ? 'night' : undefined) ?? rule?.part;
  if (clock) return (inside && inPart(clock.clock, inside)) ?? clock.clock.minute;
  if (day?.minute !== undefined || inside === undefined) return day?.minute;
  const minute = dayParts[inside];
  const isOver = day?.is_tonight && instantOf({ day: day.day, minute }, here.zone) <= here.now;
  return isOver ? undefined : minute;
}

/** The midnight of today, and the small hours of tonight, are those to come. */
function dayMeant({ day, is_today, is_tonight }: NamedDay, minute: number | undefined): Day {
  const isAfterMidnight = minute !== undefined && minute < (is_tonight ? dayParts.morning / 2 : 1);
  return is_today && isAfterMidnight ? day + 1 : day;
}

/** A time alone is the next one: what has passed today is tomorrow's. */
function nextAt(minute: number, { now, zone }: Here): Due {
  const { day } = wallOf(now, zone);
  const instant = instantOf({ day, minute }, zone);
  return { instant: instant > now ? instant : instantOf({ day: day + 1, minute }, zone) };
}

function recurring(words: DueWords, rule: Rule, minute: number | undefined, here: Here): Due | undefined {
  const from = words.day === undefined ? wallOf(here.now, here.zone).day : dayMeant(words.day, minute);
  for (let day = firstDayOf(rule, from); day !== undefined; day = firstDayOf(rule, day + 1)) {
    if (minute === undefined) return { day };
    const instant = instantOf({ day, minute }, here.zone);
    const hasPassed = words.day === undefined && instant <= here.now;
    // A zone may leave out a whole day, as Apia did: its time is then on a day that the rule may not have.
    if (!hasPassed && firstDayOf(rule, wallOf(instant, here.zone).day) === wallOf(instant, here.zone).day)
      return { instant };
  }
  return undefined;
}

/** An exact moment where the rule has its day, otherwise the same time on the next day that it has. */
function onDayOf(rule: Rule, instant: number, { zone }: Here): Due | undefined {
  const wall = wallOf(instant, zone);
  const day = firstDayOf(rule, wall.day);
  if (day === undefined) return undefined;
  return { instant: day === wall.day ? instant : instantOf({ day, minute: wall.minute }, zone) };
}

/** Hours count from the time that is given, from the morning of a day that is, or from now. */
function hourly(words: DueWords, { interval }: Rule, here: Here): Due | undefined {
  const instant = words.day?.instant ?? words.instant;
  if (instant !== undefined) return { instant };
  const minute = minuteOf(words, here) ?? (words.day ? dayParts.morning : undefined);
  if (words.day && minute !== undefined)
    return { instant: instantOf({ day: dayMeant(words.day, minute), minute }, here.zone) };
  if (minute !== undefined) return nextAt(minute, here);
  return { instant: Math.round((here.now + interval * hourMs) / minuteMs) * minuteMs };
}

/** Whether a due date is one that the contract can hold. */
export function isUsableDue(due: Due, zone: string): boolean {
  return isUsable('day' in due ? due.day : wallOf(due.instant, zone).day);
}
