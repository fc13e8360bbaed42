import { exampleIds } from './example-ids.ts';

/** A task as the documentation shows it. */
export const exampleTask = {
  id: exampleIds.task,
  workspace_id: exampleIds.workspace,
  version: 1,
  title: 'Pay rent',
  description: null,
  status: 'pending',
  priority: 2,
  labels: ['bills'],
  list: 'home',
  parent_id: null,
  start: null,
  due_date: '2027-02-01T09:00:00+01:00',
  time_zone: 'Europe/Berlin',
  reminders: [{ before: 'PT30M' }],
  reminder_time: null,
  is_recurring: true,
  recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
  recurrence_schedule: null,
  recurrence_basis: 'due',
  series_id: exampleIds.task,
  created_at: '2027-01-04T09:15:00.000Z',
  updated_at: '2027-01-04T09:15:00.000Z',
  completed_at: null,
  deleted_at: null,
} as const;
