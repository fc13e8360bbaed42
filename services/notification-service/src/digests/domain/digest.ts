import { isoDate, type Day } from '@rondo/time/calendar';
import { clockText } from '@rondo/time/iso-8601';
import { dayAt, instantOf, minuteOfWall, wallAt, wallOf } from '@rondo/time/wall-clock';
import { dayAsWritten, describeDay } from '../../inbox/domain/describe-due.ts';
import type { NewNotification } from '../../inbox/domain/notification.ts';

/** The moment of a digest, in milliseconds since the epoch, and the day that it is for. */
export type DigestTime = { day: Day; at: number };

export type DueTask = { title: string; due_date: string; is_overdue: boolean };

/** The first tasks of a digest, today's before overdue ones, and the counts of all of them. */
export type DueTasks = { shown: DueTask[]; today: number; overdue: number };

/** A digest that is later than this says so: something was down. */
const lateAfterMs = 5 * 60_000;

/**
 * The last time up to `now`, and the next one after it, at which local time is `digestAt` (`HH:MM`). A time in a gap moves
 * forward by the gap. Of a time that occurs twice, only the first counts, so that there is one digest a day.
 */
export function digestTimes(
  now: number,
  { timeZone, digestAt }: { timeZone: string; digestAt: string },
): { last: DigestTime; next: DigestTime } {
  const minute = Number(digestAt.slice(0, 2)) * 60 + Number(digestAt.slice(3, 5));
  const today = dayAt(now, timeZone);
  // If a zone skips a whole day, the time of that day falls on the next day, which is the one that counts.
  const timeOf = (day: Day): DigestTime => {
    const at = instantOf(wallAt(day, minute), timeZone);
    return { day: dayAt(at, timeZone), at };
  };
  let [last, next] = [timeOf(today - 2), timeOf(today - 1)];
  while (next.at <= now) [last, next] = [next, timeOf(next.day + 1)];
  return { last, next };
}

/** The notification of a digest; undefined if no task is due. */
export function digestOf(
  { id, workspaceId, timeZone }: { id: string; workspaceId: string; timeZone: string },
  { day, at }: DigestTime,
  { shown, today, overdue }: DueTasks,
  now: Date,
): NewNotification | undefined {
  if (today + overdue === 0) return undefined;
  const latenessMs = Math.max(0, now.getTime() - at);
  const rest = today + overdue - shown.length;
  const lines = [
    ...shown.map((task) => `• ${task.title}${dueTextOf(task, timeZone)}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
  const counts = [...(today > 0 ? [`${today} due`] : []), ...(overdue > 0 ? [`${overdue} overdue`] : [])];
  return {
    id,
    workspace_id: workspaceId,
    kind: 'digest',
    task_id: null,
    title: `${describeDay(day)}: ${counts.join(', ')}`,
    body: lines.join('\n'),
    due_date: isoDate(day),
    remind_at: new Date(at).toISOString(),
    lateness_ms: latenessMs,
    is_late: latenessMs > lateAfterMs,
    created_at: now.toISOString(),
  };
}

/** The time of a task that is due today, or the day of an overdue one. */
function dueTextOf({ due_date: due, is_overdue: isOverdue }: DueTask, zone: string): string {
  const isAllDay = due.length === 10;
  if (!isOverdue) return isAllDay ? '' : `, ${clockText(minuteOfWall(wallOf(Date.parse(due), zone)))}`;
  return `, since ${describeDay(isAllDay ? dayAsWritten(due) : dayAt(Date.parse(due), zone))}`;
}
