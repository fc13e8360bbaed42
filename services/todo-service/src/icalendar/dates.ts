import type ICAL from 'ical.js';
import { dayMs, secondMs } from '@rondo/time/units';
import { durationOf } from './alarms.ts';
import { allDay, inZone, momentAfter, momentOf, type Moment, type Zones } from './moment.ts';
import { calendarNames } from './names.ts';
import { ruleName, textOf } from './text.ts';

/** The dates of an entry. */
export type Dates = {
  start: Moment | null;
  due: Moment | null;
  /** Where an alarm that is relative to the end counts from. */
  end: Moment | null;
  /** What a rule counts from: DTSTART, or the due date without one. */
  anchor: Moment | null;
};

type AddNote = (note: string) => void;

/** Section 3.6.1: an event is from DTSTART to DTEND; a day or a moment has no start of its own. */
export function datesOfEvent(entry: ICAL.Component, zones: Zones, addNote: AddNote): Dates {
  const given = momentNamed(entry, 'dtstart', zones);
  if (!given) return { start: null, due: null, end: null, anchor: null };
  const isAllDay = textOf(entry, 'x-microsoft-cdo-alldayevent')?.toUpperCase() === 'TRUE';
  const begin = isAllDay ? allDay(given.wall, zones) : given;
  const ended = momentNamed(entry, 'dtend', zones) ?? endBy(entry, zones);
  const end = ended && isAllDay ? allDay(ended.wall, zones) : ended;
  const moment = { start: null, due: begin, end: end ?? begin, anchor: begin };
  if (!end || end.instant === begin.instant) return moment;
  if (end.instant < begin.instant || end.isAllDay !== begin.isAllDay) {
    addNote('its end was dropped: it does not fit its start');
    return { ...moment, end: begin };
  }
  if (!begin.isAllDay) {
    const { timeZone, isFloating = false } = begin;
    const due = end.timeZone === timeZone ? end : inZone(end.instant, timeZone);
    return { ...moment, start: begin, due: { ...due, isFloating } };
  }
  // DTEND is the day after the last one.
  const last = allDay(end.wall - dayMs, zones);
  return last.wall <= begin.wall ? moment : { ...moment, start: begin, due: last };
}

/** Section 3.6.2: a to-do is due at DUE, or DURATION after DTSTART. */
export function datesOfTodo(entry: ICAL.Component, zones: Zones, addNote: AddNote): Dates {
  const begin = momentNamed(entry, 'dtstart', zones);
  const due = momentNamed(entry, 'due', zones) ?? endBy(entry, zones);
  const ours = momentNamed(entry, calendarNames.start, zones);
  const anchor = begin ?? due;
  // A series with one date for both has the DTSTART only because RRULE needs one.
  const isAnchor = begin?.text === due?.text && entry.hasProperty(ruleName);
  const start = ours ?? (isAnchor ? null : begin);
  if (start && due && start.instant > due.instant && !(due.isAllDay && start.text.startsWith(due.text))) {
    addNote('its start was dropped: it is after the due date');
    return { start: null, due, end: due, anchor: due };
  }
  return { start, due, end: due, anchor };
}

/** DTSTART plus DURATION (sections 3.8.2.5 and 3.3.6). Days are calendar days, the rest is elapsed time. */
function endBy(entry: ICAL.Component, zones: Zones): Moment | null {
  const [begin, property] = [entry.getFirstProperty('dtstart'), entry.getFirstProperty('duration')];
  if (!begin || !property) return null;
  const { weeks, days, hours, minutes, seconds } = durationOf(property);
  const rest = hours * 3_600 + minutes * 60 + seconds;
  const end = momentOf(begin, zones, weeks * 7 + days);
  if (end.isAllDay) return allDay(end.wall + rest * secondMs, zones);
  return rest === 0 ? end : momentAfter(end, rest);
}

function momentNamed(entry: ICAL.Component, name: string, zones: Zones): Moment | null {
  const property = entry.getFirstProperty(name);
  return property && momentOf(property, zones);
}
