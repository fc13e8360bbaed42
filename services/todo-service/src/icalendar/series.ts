import type ICAL from 'ical.js';
import { occurrences, strictPolicies } from '@rondo/recurrence/occurrences';
import { isWithinDay, ruleOf, ruleText, type Rule } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { untilDay, untilInIso, untilInstant, type Until } from '@rondo/recurrence/until';
import { civilOf, isoDate } from '@rondo/time/calendar';
import { wallOfText, wallText } from '@rondo/time/iso-8601';
import { dayMs } from '@rondo/time/units';
import { dayOfWall, instantOf, wallOf, type Wall } from '@rondo/time/wall-clock';
import type { Zone } from '@rondo/time/zone';
import type { Dates } from './dates.ts';
import { inZone, momentOf, Unreadable, zoneOfProperty, type Moment, type Zones } from './moment.ts';
import { ruleOfDays } from './rule.ts';
import { readRule } from '../domain/imports/read-rule.ts';
import { ruleName, valuesOf } from './text.ts';

/** The series of an entry, counted from its due date. */
export type EntrySeries = {
  rule: Rule;
  exdates: string[];
  rdates: string[];
  dates: Dates;
  /** A date of the entry, as the series has it. */
  dateOf: (moment: Moment) => string;
};

type AddNote = (note: string) => void;

/** Limits the work on an entry. */
const maxDates = 1_000;
const maxRdates = 366;
const expandedYears = 5;
/** A series that has only the dates of its RDATE: the rule gives the first one. */
const firstDateOnly = ruleOf({ frequency: 'DAILY', count: 1 });

/**
 * Reads RRULE, EXDATE and RDATE, which count from DTSTART, as a series that counts from the due date; undefined if the entry does
 * not recur.
 * @throws Unreadable if RRULE is not a rule of RFC 5545 section 3.3.10
 */
export function readSeries(
  entry: ICAL.Component,
  dates: Dates,
  zones: Zones,
  addNote: AddNote,
): EntrySeries | undefined {
  // A changed occurrence of a series does not recur itself.
  if (entry.hasProperty('recurrence-id')) return undefined;
  const [property, ...others] = entry.getAllProperties(ruleName);
  if (others.length > 0) addNote('only the first of its RRULEs was imported');
  const added = momentsOf(entry, 'rdate', zones, addNote);
  if (!property && added.length === 0) return undefined;
  const given = property ? ruleOfProperty(property) : firstDateOnly;
  const { anchor } = dates;
  const due = dates.due ?? dates.start;
  const rule = anchor?.isAllDay && due?.isAllDay ? ruleOfDays(given) : given;
  if (!anchor || !due) return { rule, exdates: [], rdates: [], dates, dateOf: ({ text }) => text };
  const first = entry.getFirstProperty('dtstart') ?? entry.getFirstProperty('due');
  const zone = first && !isUtc(first) && !anchor.isAllDay ? zoneOfProperty(first, zones) : { name: '' };
  const series =
    'zone' in zone
      ? expandedSeries({ rule, dates, anchor, due }, zone.zone, zones.now, addNote)
      : movedSeries({ rule, dates, anchor, due }, entry.name === 'vevent', addNote);
  const left = momentsOf(entry, 'exdate', zones, addNote);
  return {
    ...series,
    exdates: left.map((moment) => series.dateOf(moment)),
    rdates: [...series.rdates, ...added.map((moment) => series.dateOf(moment))],
  };
}

function ruleOfProperty(property: ICAL.Property): Rule {
  try {
    return readRule(valuesOf(property)[0] ?? '');
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new Unreadable(`its RRULE is invalid: ${error.message}`);
  }
}

function isUtc(property: ICAL.Property): boolean {
  return valuesOf(property)[0]?.endsWith('Z') === true;
}

function momentsOf(entry: ICAL.Component, name: string, zones: Zones, addNote: AddNote): Moment[] {
  const properties = entry.getAllProperties(name);
  if (properties.length > maxDates)
    addNote(`only the first ${maxDates} dates of ${name.toUpperCase()} were read`);
  return properties.slice(0, maxDates).flatMap((property) => {
    try {
      return [momentOf(property, zones)];
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      addNote(`a date was left out: ${error.message}`);
      return [];
    }
  });
}

type Counted = { rule: Rule; dates: Dates; anchor: Moment; due: Moment };
type Moved = Omit<EntrySeries, 'exdates'>;

/**
 * Moves a rule from DTSTART to the due date. If that would be another rule, an event keeps only the date of its DTSTART, and a
 * to-do counts from its due date.
 */
function movedSeries({ rule, dates, anchor, due }: Counted, isEvent: boolean, addNote: AddNote): Moved {
  const zone = due.timeZone;
  const wallIn = ({ isAllDay, wall, instant, timeZone }: Moment) =>
    isAllDay || timeZone === zone ? wall : wallOf(instant, zone);
  const begin = wallIn(anchor);
  const shift = anchor.isAllDay === due.isAllDay ? due.wall - begin : 0;
  const days = dayOfWall(begin + shift) - dayOfWall(begin);
  const plain = withoutTimesOf(begin, rule);
  const isMoved = shift === 0 || isMovable(plain, begin, shift);
  if (!isMoved && isEvent) {
    addNote('its end was dropped: its rule can not be counted from there');
    const first = { ...dates, start: null, due: anchor };
    return movedSeries({ rule, dates: first, anchor, due: anchor }, isEvent, addNote);
  }
  const until = rule.until && untilAfter(rule.until, { shift, days, zone });
  return {
    rule: shift === 0 || !isMoved ? rule : { ...plain, until },
    rdates: [],
    dates,
    dateOf: (moment) => {
      if (moment.isAllDay || due.isAllDay) return isoDate(dayOfWall(moment.wall) + days);
      return inZone(instantOf(wallIn(moment) + shift, zone), zone).text;
    },
  };
}

/** Some programs repeat the time of DTSTART in the rule. */
function withoutTimesOf(wall: Wall, rule: Rule): Rule {
  const time = new Date(wall);
  const isRepeated =
    rule.byHour.every((hour) => hour === time.getUTCHours()) &&
    rule.byMinute.every((minute) => minute === time.getUTCMinutes()) &&
    rule.bySecond.every((second) => second === time.getUTCSeconds());
  return isRepeated && !isWithinDay(rule) ? { ...rule, byHour: [], byMinute: [], bySecond: [] } : rule;
}

/** Whether the rule gives, counted from a later time, the same dates later by that time. */
function isMovable(rule: Rule, begin: Wall, shift: number): boolean {
  const hasTimes = [rule.byHour, rule.byMinute, rule.bySecond].some(({ length }) => length > 0);
  const hasDays = [
    rule.byMonth,
    rule.byWeekNumber,
    rule.byYearDay,
    rule.byMonthDay,
    rule.byDay,
    rule.bySetPosition,
  ].some(({ length }) => length > 0);
  if (isWithinDay(rule)) return !hasTimes && !hasDays;
  if (hasTimes && shift % dayMs !== 0) return false;
  const [first, moved] = [begin, begin + shift].map((wall) => civilOf(dayOfWall(wall)));
  if (dayOfWall(begin) === dayOfWall(begin + shift)) return true;
  if (hasDays) return false;
  if (rule.frequency === 'DAILY' || rule.frequency === 'WEEKLY') return true;
  return first?.month === moved?.month && first?.year === moved?.year && (moved?.date ?? 31) <= 28;
}

function untilAfter(
  until: Until,
  { shift, days, zone }: { shift: number; days: number; zone: string | null },
): Until {
  const iso = untilInIso(until);
  if (until.form === 'date') return untilDay(dayOfWall(wallOfText(iso)) + days);
  if (until.form === 'wall')
    return { form: 'wall', text: wallText(wallOfText(iso) + shift).replaceAll(/[-:]/g, '') };
  return untilInstant(instantOf(wallOf(Date.parse(iso), zone) + shift, zone));
}

/** The dates of a series for five years, because no zone of the IANA database has its clock. */
function expandedSeries(
  { rule, dates, anchor, due }: Counted,
  zone: Zone,
  now: Date,
  addNote: AddNote,
): Moved {
  const shift = due.instant - anchor.instant;
  const until =
    rule.until?.form === 'utc'
      ? untilInstant(Date.parse(untilInIso(rule.until)) + anchor.wall - anchor.instant)
      : rule.until;
  const from = Math.max(anchor.instant, now.getTime());
  const last = from + expandedYears * 366 * dayMs;
  const rdates: string[] = [];
  const series = {
    rule: ruleText({ ...rule, until }),
    rdates: [],
    exdates: [],
    anchor: wallText(anchor.wall),
    timeZone: null,
    policies: strictPolicies,
  };
  const after = new Date(from + anchor.wall - anchor.instant).toISOString();
  for (const text of occurrences(series, { after, limit: maxRdates, maxSteps: 20_000 })) {
    const instant = instantOf(Date.parse(text), zone);
    if (instant > last) break;
    rdates.push(inZone(instant + shift, null).text);
  }
  addNote(
    `its time zone is known only to this file, so its series was imported as ${rdates.length + 1} single dates`,
  );
  const dateOf = ({ isAllDay, text, instant }: Moment) =>
    isAllDay ? text : inZone(instant + shift, null).text;
  return { rule: firstDateOnly, rdates, dates, dateOf };
}
