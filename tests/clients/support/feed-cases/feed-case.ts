import type { ScheduleEdit, ScheduleEnd, ScheduleSettingsPatch } from '@rondo/shared/contracts/schedule';
import type { TaskDraft } from '@rondo/shared/contracts/task';

/** What happens to a task before its calendar is read. */
export type Step =
  | { complete: number }
  | { skip: number }
  | { patch: object }
  | { settings: ScheduleSettingsPatch }
  | { edit: ScheduleEdit }
  | { end: ScheduleEnd }
  | { pause: true };

/** A task that a calendar shows. `title` says what it is about. */
export type FeedCase = Omit<TaskDraft, 'due_date'> & { due_date?: string; steps?: Step[] };

export const berlin = { time_zone: 'Europe/Berlin' };
export const daily = { recurrence_rule: 'FREQ=DAILY' };
export const weekly = { recurrence_rule: 'FREQ=WEEKLY' };
export const monthly = { recurrence_rule: 'FREQ=MONTHLY' };
export const yearly = { recurrence_rule: 'FREQ=YEARLY' };
export const morning = { due_date: '2027-01-11T09:00:00+01:00', ...berlin };
