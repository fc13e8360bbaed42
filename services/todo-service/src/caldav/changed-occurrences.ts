import ICAL from 'ical.js';
import type { Task } from '@rondo/shared/contracts/task';
import { momentOf, Unreadable, type Moment, type Zones } from '../icalendar/moment.ts';
import { calendarNames } from '../icalendar/names.ts';
import { textOf } from '../icalendar/text.ts';
import type { JcalComponent, JcalProperty } from '../icalendar/time.ts';

/** What a changed occurrence means for the dates of its series. */
export type ChangedDates = { leftOut: string; added?: string };

/** Some clients say it with PERCENT-COMPLETE and no STATUS. */
export function isComplete(entry: ICAL.Component): boolean {
  const status = textOf(entry, 'status')?.toUpperCase();
  if (status !== undefined) return status === 'COMPLETED';
  return entry.hasProperty('completed') || textOf(entry, 'percent-complete') === '100';
}

/** Whether a changed occurrence is the one that the task stands for: some clients complete it in an entry of its own. */
export function isCurrentOccurrence(occurrence: ICAL.Component, main: ICAL.Component, zones: Zones): boolean {
  const id = occurrence.getFirstProperty('recurrence-id');
  const date = main.getFirstProperty('dtstart') ?? main.getFirstProperty('due');
  return !!id && !!date && momentOf(id, zones).instant === momentOf(date, zones).instant;
}

/**
 * The dates of a later occurrence (RFC 5545 section 3.8.4.4) that was moved, completed early or cancelled; undefined if its series
 * keeps its date. @param dateOf the date that a moment has in the series
 */
export function changedDatesOf(
  occurrence: ICAL.Component,
  main: ICAL.Component,
  zones: Zones,
  dateOf: (moment: Moment) => string,
): ChangedDates | undefined {
  const id = occurrence.getFirstProperty('recurrence-id');
  const moved = occurrence.getFirstProperty('dtstart') ?? occurrence.getFirstProperty('due');
  try {
    // The later ones of a range stay as they are.
    if (!id || id.getFirstParameter('range') || isCurrentOccurrence(occurrence, main, zones))
      return undefined;
    const leftOut = dateOf(momentOf(id, zones));
    if (isComplete(occurrence) || textOf(occurrence, 'status')?.toUpperCase() === 'CANCELLED')
      return { leftOut };
    const added = moved && dateOf(momentOf(moved, zones));
    return added && added !== leftOut ? { leftOut, added } : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** A changed occurrence as it is stored, with its dates in the series. */
export function withMarks(
  [name, properties, components]: JcalComponent,
  dates?: ChangedDates,
): JcalComponent {
  const { leftOut, added } = dates ?? {};
  const marks: JcalProperty[] = [
    ...(leftOut === undefined ? [] : [[calendarNames.leftOut, {}, 'text', leftOut] as JcalProperty]),
    ...(added === undefined ? [] : [[calendarNames.added, {}, 'text', added] as JcalProperty]),
  ];
  return [name, [...properties.filter(([one]) => !isMark(one)), ...marks], components];
}

const isMark = (name: string) => name === calendarNames.leftOut || name === calendarNames.added;

/**
 * The changed occurrences to write with a task, and the task without their dates: a reader has them from the occurrences. One whose
 * date the series has again is not written.
 */
export function writtenOccurrences(
  task: Task,
  stored: JcalComponent[],
): { task: Task; occurrences: JcalComponent[] } {
  const { exdates = [], rdates = [] } = task;
  const markOf = ([, properties]: JcalComponent, name: string) =>
    properties.find(([one]) => one === name)?.[3] as string | undefined;
  const written = stored.filter((one) => {
    const leftOut = markOf(one, calendarNames.leftOut);
    return leftOut === undefined || exdates.includes(leftOut);
  });
  const without = (dates: string[], name: string) => {
    const marks = new Set(written.map((one) => markOf(one, name)));
    return dates.filter((date) => !marks.has(date));
  };
  const dates = {
    ...(task.exdates ? { exdates: without(exdates, calendarNames.leftOut) } : {}),
    ...(task.rdates ? { rdates: without(rdates, calendarNames.added) } : {}),
  };
  return { task: { ...task, ...dates }, occurrences: written.map((one) => withMarks(one)) };
}
