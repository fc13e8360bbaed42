import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task, TaskPatch } from '@rondo/shared/contracts/task';
import { sortedDates } from '../domain/series-dates.ts';
import { finishSeries } from '../icalendar/finish-series.ts';
import type { JcalComponent } from '../icalendar/time.ts';
import { refusedBy } from './dav-refusal.ts';
import type { GivenObject } from './read-object.ts';

/**
 * The object as an import reads it: a task whose date is left out is that of the next one. Once an occurrence was closed
 * (`isBegun`), Recurring counts the series from there, and its rule stays.
 * @param refuse is called with what can't be read
 */
export function withFirstDate(
  object: GivenObject,
  isBegun: boolean,
  refuse: (reason: string) => void = () => undefined,
): GivenObject {
  const { recurrence_rule: rule } = object.draft;
  const draft = finishSeries(object.draft, refuse);
  if (!draft) refuse('every date of its series is left out');
  if (!draft) return object;
  return { ...object, draft: isBegun && rule ? { ...draft, recurrence_rule: rule } : draft };
}

/** @throws DavRefusal 403 `valid-calendar-data` */
export function refuseDates(reason: string): void {
  throw refusedBy('valid-calendar-data', `The to-do can not become a task: ${reason}.`);
}

/** The dates of a series from before tasks had them were never shown: what a client gives is added to them. */
export function withOlderDates(patch: TaskPatch, task: Task, known: PublishedSeries | undefined): TaskPatch {
  const all = (field: 'exdates' | 'rdates') =>
    patch[field] && task[field] === undefined && known
      ? { [field]: sortedDates([...known[field], ...patch[field]]) }
      : {};
  return { ...patch, ...all('exdates'), ...all('rdates') };
}

/** What was stored of EXDATE and RDATE before they were fields of a task changed no date: they are not taken as shown. */
export function withoutDates(extra: JcalComponent | null): JcalComponent | null {
  if (extra === null) return null;
  const [name, properties, components] = extra;
  return [name, properties.filter(([one]) => one !== 'exdate' && one !== 'rdate'), components];
}
