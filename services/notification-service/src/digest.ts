import { isoDate, type Day } from '@rondo/time/calendar';
import { clockText } from '@rondo/time/iso-8601';
import { dayAt, instantOf, minuteOfWall, wallAt, wallOf } from '@rondo/time/wall-clock';
import { describeDay, dayAsWritten } from './describe-due.ts';
import type { NewNotification } from './notification.ts';

/** A time at which a digest is due, and the day that it is for. */
export type DigestTime = { day: Day; at: number };

/** A task on the agenda of a digest. */
export type DueTask = { title: string; due_date: string; is_overdue: boolean };

/** What a digest tells: the first tasks, those of the day before the overdue ones, and how many there are in all. */
export type DueTasks = { shown: DueTask[]; today: number; overdue: number };

/** Later than this, people are told that a digest is late: something was down. */
const lateAfterMs = 5 * 60_000;

/**
 * The last time up to `now`, and the next one after it, at which a zone's clock shows `digest_at` (`HH:MM`). A time that a day
 * leaves out is later by the gap; of one that it shows twice the first counts, so that there is one a day.
 */
export function digestTimes(
  now: number,
  { time_zone: zone, digest_at: clock }: { time_zone: string; digest_at: string },
): { last: DigestTime; next: DigestTime } {
  const minute = Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
  const today = dayAt(now, zone);
  // A zone may leave out a whole day: its time is then that of the day after, which is the one that counts.
  const timeOf = (day: Day): DigestTime => {
    const at = instantOf(wallAt(day, minute), zone);
    return { day: dayAt(at, zone), at };
  };
  let [last, next] = [timeOf(today - 2), timeOf(today - 1)];
  while (next.at <= now) [last, next] = [next, timeOf(next.day + 1)];
  return { last, next };
}

/** The entry of a digest, or nothing where nothing is due. */
export function digestOf(
  { id, workspace_id }: { id: string; workspace_id: string },
  { day, at }: DigestTime,
  { shown, today, overdue }: DueTasks,
  { now, time_zone: zone }: { now: Date; time_zone: string },
): NewNotification | undefined {
  if (today + overdue === 0) return undefined;
  const latenessMs = Math.max(0, now.getTime() - at);
  const rest = today + overdue - shown.length;
  const lines = [
    ...shown.map((task) => `• ${task.title}${whenOf(task, zone)}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
  return {
    id,
    workspace_id,
    kind: 'digest',
    task_id: null,
    title: `${describeDay(day)}: ${[countOf(today, 'due'), countOf(overdue, 'overdue')].filter(Boolean).join(', ')}`,
    body: lines.join('\n'),
    due_date: isoDate(day),
    remind_at: new Date(at).toISOString(),
    lateness_ms: latenessMs,
    is_late: latenessMs > lateAfterMs,
    created_at: now.toISOString(),
  };
}

function countOf(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}`;
}

/** For a task of the day its time, for an overdue one its day. */
function whenOf({ due_date: due, is_overdue: isOverdue }: DueTask, zone: string): string {
  const isAllDay = due.length === 10;
  if (!isOverdue) return isAllDay ? '' : `, ${clockText(minuteOfWall(wallOf(Date.parse(due), zone)))}`;
  return `, since ${describeDay(isAllDay ? dayAsWritten(due) : dayAt(Date.parse(due), zone))}`;
}
