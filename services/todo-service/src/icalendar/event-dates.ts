import type { Series } from '@rondo/recurrence/occurrences';
import type { Task } from '@rondo/shared/contracts/task';
import { isoDate } from '@rondo/time/calendar';
import { dayOfDate, rfc3339, wallText } from '@rondo/time/iso-8601';
import { dayAt, dayOfWall, instantOf, wallAt, wallOf } from '@rondo/time/wall-clock';
import { instantOfDate } from '../domain/due-instant.ts';
import { isSteady, type GapsOf } from './steady-series.ts';
import { datesUntil, engineSeries, passedDate, readings, type KnownSeries } from './product-dates.ts';
import { recurProperty } from './rule.ts';
import { timeProperty, timesProperties, type JcalProperty, type Place, type Years } from './time.ts';
import { writtenRules } from './written-rules.ts';

/** How long the dates of a series are written that no rule gives: to the end of the second year after the current one. */
const writtenYears = 2;

/** `year`: the current one. `personZone`: that of a series without a zone, if the series itself isn't known. */
export type EventContext = {
  years: Years;
  year: number;
  personZone: string | null;
  known: KnownSeries;
  gapsOf: GapsOf;
};

/**
 * DTSTART and DTEND of a task with a date, and the dates on which it repeats: those that the product gives. A rule is written if
 * a strict reader of RFC 5545 gets these dates from it, otherwise the dates themselves.
 */
export function eventDates(task: Task, ctx: EventContext): JcalProperty[] {
  const due = task.due_date ?? task.start;
  if (due === null) return [];
  const zone = task.time_zone ?? (isRepeated(task, ctx.known) ? personZoneOf(ctx) : null);
  const isFloating = task.is_floating === true;
  const at = { zone, isFloating, years: ctx.years };
  const begin = beginOf(task, due, zone);
  const dates = [timeProperty('dtstart', begin, at)];
  if (begin !== due) dates.push(timeProperty('dtend', due.length === 10 ? dayAfter(due) : due, at));
  return isRepeated(task, ctx.known)
    ? [...dates, ...repetition(task, { due, begin, zone, isFloating }, ctx)]
    : dates;
}

function personZoneOf({ known, personZone }: EventContext): string | null {
  return known?.person_zone ?? personZone;
}

/** The later dates of a task that recurs by completion are not known yet, and a paused series has none. */
function isRepeated({ recurrence_rule: rule, recurrence_basis: basis }: Task, known: KnownSeries): boolean {
  return (
    rule !== null && basis === 'due' && known?.is_paused !== true && (known?.ended_reason ?? null) === null
  );
}

/** The start in the value type of the due date, if it is before that; else the due date. */
function beginOf({ start }: Task, due: string, zone: string | null): string {
  if (start === null) return due;
  const begin = withTypeOf(due, start, zone);
  return Date.parse(begin) < Date.parse(due) ? begin : due;
}

/** A start as a date or as an instant, whichever the due date is. */
export function withTypeOf(due: string, start: string, zone: string | null): string {
  if (due.length === 10 && start.length > 10) return isoDate(dayAt(new Date(start).getTime(), zone));
  if (due.length > 10 && start.length === 10) return instantOfDate(start, zone).toISOString();
  return start;
}

function dayAfter(date: string): string {
  return isoDate(dayOfDate(date, null) + 1);
}

type Occurrence = { due: string; begin: string; zone: string | null; isFloating: boolean };

/** A steady series needs only its first dates compared: 20,000 tasks that repeat daily are one file. */
const comparedDates = 12;

function repetition(task: Task, occurrence: Occurrence, ctx: EventContext): JcalProperty[] {
  const { due, begin, zone } = occurrence;
  const series = engineSeries(task, due, zone, ctx.known);
  const isSteadyHere = isSteady(series, [due, begin], ctx.gapsOf);
  const compared = isSteadyHere ? repetitionOf(series, occurrence, ctx, comparedDates) : undefined;
  return compared ?? repetitionOf(series, occurrence, ctx) ?? [];
}

/** @param limit how many dates are compared; undefined is returned if no rule gives them */
function repetitionOf(
  series: Series,
  occurrence: Occurrence,
  ctx: EventContext,
  limit?: number,
): JcalProperty[] | undefined {
  const { due, begin, zone, isFloating } = occurrence;
  const { known } = ctx;
  const isAllDay = due.length === 10;
  if ((series.anchor.length === 10) !== isAllDay) return [];
  const passed = passedDate(due, known);
  const horizon = horizonOf(due, ctx.year);
  const following = datesUntil(series, horizon, { after: passed, limit });
  const beginOfDate = beginOn(occurrence);
  const expected = [begin, ...following.dates.map((date) => beginOfDate(date))].map((date) => secondOf(date));
  const at = { zone, isFloating, years: ctx.years };
  const [, parameters, type] = timeProperty('dtstart', begin, at);
  const isLocal =
    type === 'date' || isFloating || zone === null || zone === 'UTC' || parameters['tzid'] !== undefined;
  const last = following.isWhole ? horizon : Date.parse(following.dates.at(-1) ?? due);
  // Nobody can follow a rule that takes too many steps for its next date.
  if (!following.isWhole && following.dates.length === 0) return [];
  const rule = isLocal
    ? fittingRule(series, { ...occurrence, passed, last, expected }, known?.done ?? 0)
    : undefined;
  if (rule === undefined) {
    if (limit !== undefined) return undefined;
    const spans = following.dates.map((date) => ({ begin: beginOfDate(date), due: date }));
    return addedSpans(spans, occurrence, at);
  }
  const textOf = (moment: number) => (isAllDay ? isoDate(dayOfWall(moment)) : new Date(moment).toISOString());
  const datesOf = (name: string, moments: number[]) =>
    timesProperties(
      name,
      moments.map((moment) => textOf(moment)),
      at,
    );
  return [recurProperty(rule.text), ...datesOf('exdate', rule.excluded), ...datesOf('rdate', rule.added)];
}

type Span = { begin: string; due: string };

/** RDATEs; periods (section 3.3.9) where a clock change shortens an occurrence, because others last as long as the first one. */
function addedSpans(spans: Span[], { begin, due, zone }: Occurrence, at: Place): JcalProperty[] {
  const lengthOf = (span: Span) => wallOf(Date.parse(span.due), zone) - wallOf(Date.parse(span.begin), zone);
  const length = lengthOf({ begin, due });
  const isShort = (span: Span) => due.length > 10 && lengthOf(span) !== length;
  const periods = spans
    .filter((span) => isShort(span))
    .map((span): JcalProperty => {
      const [name, parameters, , first] = timeProperty('rdate', span.begin, at);
      return [name, parameters, 'period', [first, timeProperty('rdate', span.due, at)[3]]];
    });
  const others = spans.filter((span) => !isShort(span)).map((span) => span.begin);
  return [...timesProperties('rdate', others, at), ...periods];
}

type Expectation = Occurrence & { passed: string; last: number; expected: number[] };
type FittingRule = { text: string; excluded: number[]; added: number[] };

/** The first of the written rules that gives every reader the dates, but for those that EXDATE leaves out and RDATE adds. */
function fittingRule(series: Series, expectation: Expectation, done: number): FittingRule | undefined {
  const { passed, last, expected, begin, zone, isFloating } = expectation;
  const hasDates = series.exdates.length > 0 || series.rdates.length > 0;
  const plain = { ...series, exdates: [], rdates: [] };
  const beginOfDate = beginOn(expectation);
  const ofRule = hasDates
    ? [begin, ...datesUntil(plain, last, { after: passed }).dates.map((date) => beginOfDate(date))].map(
        (date) => secondOf(date),
      )
    : expected;
  const anchor = begin.length === 10 ? begin : wallText(wallOf(secondOf(begin), zone));
  for (const text of writtenRules(series, { passed, done, isFloating })) {
    const isRead = readings(text, { ...plain, anchor }).every((reading) => {
      const dates = datesUntil(reading, last, {}).dates.filter(
        (date) => Date.parse(date) <= Math.max(last, Date.parse(begin)),
      );
      const given = dates.map((date) => secondOf(date)).slice(0, ofRule.length + 1);
      return given.length === ofRule.length && given.every((moment, index) => moment === ofRule[index]);
    });
    if (!isRead) continue;
    const [isExpected, isGiven] = [new Set(expected), new Set(ofRule)];
    const excluded = ofRule.filter((moment) => !isExpected.has(moment));
    return { text, excluded, added: expected.filter((moment) => !isGiven.has(moment)) };
  }
  return undefined;
}

/** Occurrences begin as many days before their due date as the open one, at the same time of day. */
function beginOn({ due, begin, zone }: Occurrence): (date: string) => string {
  if (begin === due) return (date) => date;
  const days = dayOfDate(due, zone) - dayOfDate(begin, zone);
  if (due.length === 10) return (date) => isoDate(dayOfDate(date, null) - days);
  const wall = wallOf(Date.parse(begin), zone);
  const time = wall - wallAt(dayOfWall(wall));
  return (date) => rfc3339(instantOf(wallAt(dayOfDate(date, zone) - days) + time, zone), zone);
}

function horizonOf(due: string, year: number): number {
  const first = Math.max(year, Number(due.slice(0, 4)));
  return Date.UTC(first + writtenYears + 1, 0, 1) - 1;
}

/** The instant to the second; of a date its midnight in UTC. */
function secondOf(date: string): number {
  return Math.floor(Date.parse(date) / 1_000) * 1_000;
}
