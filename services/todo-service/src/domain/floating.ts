import type { Task, TaskPatch } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText } from '@rondo/recurrence/rule';
import { untilInIso } from '@rondo/recurrence/until';
import { isPlain, rfc3339, wallOfText, wallText, withClockOf } from '@rondo/time/iso-8601';
import { instantOf, wallOf } from '@rondo/time/wall-clock';

/**
 * Where the person of a command is: the zone of their settings, and the zone of the request, which is that of their token or of
 * their settings. Null: not known.
 */
export type ZonesOfPerson = { settingsZone: string | null; timeZone: string | null };

/** For what no person asks for now. */
export const noZones: ZonesOfPerson = { settingsZone: null, timeZone: null };

/** The zone of a local time: the settings come first, because they move it later. */
export function floatingZoneOf({ settingsZone, timeZone }: ZonesOfPerson): string {
  return settingsZone ?? timeZone ?? 'UTC';
}

type Dated = Pick<Task, 'start' | 'due_date' | 'time_zone' | 'is_floating' | 'exdates' | 'rdates'>;

/** Whether the zone of the person moves a task. Complete tasks and those in the trash stay where they are. */
function isMovable({ is_floating: isFloating, status, deleted_at: deletedAt }: Task): boolean {
  return isFloating === true && status !== 'complete' && deletedAt === null;
}

/** The zone in which a task floats; null if it doesn't. */
function floatingZone({ is_floating: isFloating, time_zone: zone }: Dated): string | null {
  return isFloating === true ? zone : null;
}

/** A floating task with the same wall clock in another zone. Other tasks stay as they are. */
export function movedToZone<Content extends Dated>(task: Content, zone: string): Content {
  const from = floatingZone(task);
  if (from === null || from === zone) return task;
  const moved = (date: string | null) => date && withClockOf(date, from, zone);
  const [start, due] = [moved(task.start), moved(task.due_date)];
  const lists = withLists(task, (_field, dates) => dates.map((date) => withClockOf(date, from, zone)));
  return { ...task, ...lists, start: isTorn(start, due) ? due : start, due_date: due, time_zone: zone };
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

/** Whether a start is after its due date, because the gap of a clock moved only the start. */
function isTorn(start: string | null, due: string | null): boolean {
  if (start === null || due === null || start.length === 10 || due.length === 10) return false;
  return Date.parse(start) > Date.parse(due);
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
type ContentInput = Omit<
  TaskPatch,
  'version' | 'is_recurring' | 'recurrence_schedule' | 'recurrence_rule' | 'reminder_time'
>;

/** The dates of an input, which may be local times. */
type DatesInput = Pick<TaskPatch, 'start' | 'due_date' | 'time_zone' | 'is_floating' | 'exdates' | 'rdates'>;

/** @throws AppError 422 if the input names the zone of a floating task */
export function checkFloatingInput({ is_floating: isFloating, time_zone: zone }: DatesInput): void {
  if (isFloating === true && zone !== null && zone !== undefined)
    throw invalidInput([
      {
        field: 'time_zone',
        message: 'is not valid together with is_floating: the zone is that of the person',
      },
    ]);
}

/**
 * Applies an input to a task. The dates of a floating task become instants in the zone of the person. If an input names the zone of
 * a floating task (only a calendar and a successor do), its dates are the wall clock of that zone.
 * @throws AppError 422 if a local time does not exist, or the task is not floating
 */
export function withDatesOf(
  task: Task,
  { is_floating: floats, ...fields }: ContentInput,
  zones: ZonesOfPerson,
): Task {
  const isFloating = floats ?? (fields.time_zone === undefined && task.is_floating === true);
  const { is_floating: _before, ...others } = task;
  if (!isFloating) {
    refuseLocalTimes(fields);
    return { ...others, ...fields };
  }
  const status = fields.status ?? task.status;
  const [own, named] = [floatingZone(task), fields.time_zone ?? null];
  const { settingsZone } = zones;
  const zone =
    (status === 'complete' ? (own ?? settingsZone) : (settingsZone ?? own)) ?? named ?? floatingZoneOf(zones);
  const base = movedToZone(task, zone);
  const resolve = (field: 'start' | 'due_date') => {
    const text = fields[field];
    if (text === undefined) return inZone(field, base[field], zone, zone);
    return inZone(field, text, named ?? zone, zone);
  };
  const given = withLists(fields, (field, dates) =>
    dates.map((date) => inZone(field, date, named ?? zone, zone) ?? date),
  );
  const kept = withLists(base, (field, dates) =>
    dates.map((date) => inZone(field, date, zone, zone) ?? date),
  );
  return {
    ...others,
    ...fields,
    ...kept,
    ...given,
    start: resolve('start'),
    due_date: resolve('due_date'),
    time_zone: zone,
    is_floating: true,
  };
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
function inZone(field: string, text: string | null, from: string, zone: string): string | null {
  if (text === null || !isLocalTime(text)) return text && withClockOf(text, from, zone);
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

function refuseLocalTimes(fields: DatesInput): void {
  for (const field of ['start', 'due_date'] as const)
    if (isLocalTime(fields[field] ?? '')) throw needsOffset(field);
  for (const field of ['exdates', 'rdates'] as const)
    if (fields[field]?.some((date) => isLocalTime(date))) throw needsOffset(field);
}

function needsOffset(field: string): Error {
  return invalidInput([{ field, message: 'needs an offset, such as Z or +01:00: the task is not floating' }]);
}
