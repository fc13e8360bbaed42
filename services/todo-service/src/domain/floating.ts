import type { Task, TaskPatch } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { zoneOf } from '@rondo/shared/zone-of-person';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText } from '@rondo/recurrence/rule';
import { untilInIso } from '@rondo/recurrence/until';
import { isPlain, rfc3339, wallOfText, wallText, withClockOf } from '@rondo/time/iso-8601';
import { instantOf, wallOf } from '@rondo/time/wall-clock';
import { startWithin } from './start-and-due.ts';

/** Where the person of a command is (`zoneOfPerson`), and the zone of their settings. Null: not known. */
export type ZonesOfPerson = { settingsZone: string | null; timeZone: string | null };

/** For what no person asks for now. */
export const noZones: ZonesOfPerson = { settingsZone: null, timeZone: null };

type Dated = Pick<
  Task,
  'start' | 'due_date' | 'reminders' | 'time_zone' | 'is_floating' | 'exdates' | 'rdates'
>;

/** Whether the zone of the person moves a task. Complete tasks and those in the trash stay where they are. */
function isMovable({ is_floating: isFloating, status, deleted_at: deletedAt }: Task): boolean {
  return isFloating === true && status !== 'complete' && deletedAt === null;
}

/** The zone in which a task floats; null if it doesn't. */
function floatingZone({ is_floating: isFloating, time_zone: zone }: Dated): string | null {
  return isFloating === true ? zone : null;
}

/** A floating task with the same wall clock in another zone: its dates and its absolute reminders. Other tasks stay as they are. */
export function movedToZone<Content extends Dated>(task: Content, zone: string): Content {
  const from = floatingZone(task);
  if (from === null || from === zone) return task;
  const moved = (date: string) => withClockOf(date, from, zone);
  const dates = {
    start: task.start && moved(task.start),
    due_date: task.due_date && moved(task.due_date),
    time_zone: zone,
  };
  return {
    ...task,
    ...withLists(task, (_field, list) => list.map((date) => moved(date))),
    ...dates,
    start: startWithin(dates, null),
    reminders: absoluteAs(moved, task.reminders),
  };
}

/** Reminders with what `moved` gives for the absolute ones. */
function absoluteAs(
  moved: (at: string, index: number) => string,
  reminders: Task['reminders'],
): Task['reminders'] {
  return reminders.map((reminder, index) =>
    'at' in reminder ? { at: moved(reminder.at, index) } : reminder,
  );
}

type Lists = Pick<Dated, 'exdates' | 'rdates'>;

/** The dates of a series that a task has, changed. */
function withLists(
  { exdates, rdates }: Lists,
  change: (field: 'exdates' | 'rdates', dates: string[]) => string[],
): Lists {
  return {
    ...(exdates ? { exdates: change('exdates', exdates) } : {}),
    ...(rdates ? { rdates: change('rdates', rdates) } : {}),
  };
}

/**
 * A task as a command leaves it, in the zone where the person is now: of their settings, else the one in which it floated before the
 * command.
 */
export function settled(wanted: Task, before: Task, { settingsZone }: ZonesOfPerson): Task {
  const zone = settingsZone ?? floatingZone(before);
  return zone !== null && isMovable(wanted) ? movedToZone(wanted, zone) : wanted;
}

/** An input whose shorthands are resolved already. */
type ContentInput = Omit<TaskPatch, 'version' | 'is_recurring' | 'recurrence_schedule' | 'recurrence_rule'>;

/** @throws AppError 422 if the input names the zone of a floating task */
export function checkFloatingInput({
  is_floating: isFloating,
  time_zone: zone,
}: Pick<TaskPatch, 'is_floating' | 'time_zone'>): void {
  if (isFloating === true && zone !== null && zone !== undefined)
    throw invalidInput([
      {
        field: 'time_zone',
        message: 'is not valid together with is_floating: the zone is that of the person',
      },
    ]);
}

/**
 * Applies an input to a task. Dates and absolute reminders of a floating task become instants in the zone of the person. If an input
 * names the zone of a floating task (only a calendar and a successor do), its dates are the wall clock of that zone.
 * @throws AppError 422 if a local time does not exist, or the task is not floating
 */
export function withDatesOf(
  task: Task,
  { is_floating: floats, reminder_time: reminderTime, ...fields }: ContentInput,
  zones: ZonesOfPerson,
): Task {
  const isFloating = floats ?? (fields.time_zone === undefined && task.is_floating === true);
  const { is_floating: _before, ...others } = task;
  if (!isFloating) {
    refuseLocalTimes(fields, reminderTime);
    const { reminders = task.reminders } = fields;
    return { ...others, ...fields, reminders: withReminderTime(reminders, reminderTime) };
  }
  const status = fields.status ?? task.status;
  const [own, named] = [floatingZone(task), fields.time_zone ?? null];
  const { settingsZone } = zones;
  const zone =
    (status === 'complete' ? (own ?? settingsZone) : (settingsZone ?? own)) ?? named ?? zoneOf(zones);
  const base = movedToZone(task, zone);
  const read = (field: string, text: string) => inZone(field, text, named ?? zone, zone);
  const resolve = (field: 'start' | 'due_date') => {
    const text = fields[field];
    if (text === undefined) return base[field] && withClockOf(base[field], zone, zone);
    return text && read(field, text);
  };
  const given = withLists(fields, (field, dates) => dates.map((date) => read(field, date)));
  const kept = withLists(base, (_field, dates) => dates.map((date) => withClockOf(date, zone, zone)));
  const reminders = fields.reminders
    ? absoluteAs((at, index) => read(`reminders/${index}/at`, at), fields.reminders)
    : absoluteAs((at) => withClockOf(at, zone, zone), base.reminders);
  return {
    ...others,
    ...fields,
    ...kept,
    ...given,
    start: resolve('start'),
    due_date: resolve('due_date'),
    reminders: withReminderTime(reminders, reminderTime && read('reminder_time', reminderTime)),
    time_zone: zone,
    is_floating: true,
  };
}

/** `reminder_time` is shorthand for the first absolute reminder. */
function withReminderTime(reminders: Task['reminders'], at: string | null | undefined): Task['reminders'] {
  if (at === undefined) return reminders;
  const first = reminders.findIndex((reminder) => 'at' in reminder);
  const others = reminders.filter((_, index) => index !== first);
  return at === null ? others : [{ at }, ...others];
}

/** The rule of a floating task: an UNTIL in UTC would lose or add a date in another zone, so it becomes wall clock. */
export function ruleOfFloating(text: string | null, { is_floating, time_zone: zone }: Dated): string | null {
  if (text === null || is_floating !== true) return text;
  const rule = parseRule(text);
  if (rule.until?.form !== 'utc') return text;
  const wall = wallText(wallOf(Date.parse(untilInIso(rule.until)), zone));
  return ruleText({ ...rule, until: { form: 'wall', text: wall.replaceAll(/[-:]/g, '') } });
}

/** A date as an instant in a zone: a local time as its wall clock, and the wall clock of an instant in `from`. */
function inZone(field: string, text: string, from: string, zone: string): string {
  if (!isLocalTime(text)) return withClockOf(text, from, zone);
  try {
    return rfc3339(instantOf(wallOfText(text), zone), zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidInput([{ field, message: 'is a day that does not exist' }]);
  }
}

function isLocalTime(text: string): boolean {
  return text.length > 10 && isPlain(text);
}

function refuseLocalTimes(
  { start, due_date: due, reminders = [], exdates = [], rdates = [] }: ContentInput,
  reminderTime: string | null | undefined,
): void {
  const refuse = (field: string, text: string | null | undefined) => {
    if (isLocalTime(text ?? '')) throw needsOffset(field);
  };
  refuse('start', start);
  refuse('due_date', due);
  for (const [index, reminder] of reminders.entries())
    if ('at' in reminder) refuse(`reminders/${index}/at`, reminder.at);
  refuse('reminder_time', reminderTime);
  for (const date of exdates) refuse('exdates', date);
  for (const date of rdates) refuse('rdates', date);
}

function needsOffset(field: string): Error {
  return invalidInput([{ field, message: 'needs an offset, such as Z or +01:00: the task is not floating' }]);
}
