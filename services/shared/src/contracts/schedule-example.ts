import { exampleIds } from './example-ids.ts';

/** A series as the documentation shows it. */
export const exampleSchedule = {
  id: exampleIds.task,
  workspace_id: exampleIds.workspace,
  parent_task_id: exampleIds.task,
  title: 'Pay rent',
  status: 'active',
  is_active: true,
  ended_reason: null,
  rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
  frequency: 'monthly',
  sentence: 'every month on the 1st',
  anchor: '2027-02-01T09:00:00',
  time_zone: 'Europe/Berlin',
  recurrence_basis: 'due',
  overdue: 'next',
  policies: { gap: 'shift', month_end: 'clamp' },
  rdates: [],
  exdates: [],
  done: 0,
  current_task_id: exampleIds.task,
  current_date: '2027-02-01T09:00:00+01:00',
  next_due_date: '2027-03-01T09:00:00+01:00',
  next_occurrences: ['2027-03-01T09:00:00+01:00', '2027-04-01T09:00:00+02:00'],
  created_at: '2027-01-04T09:15:00.000Z',
  updated_at: '2027-01-04T09:15:00.000Z',
} as const;

/** The same series with its history. */
export const exampleScheduleWithHistory = {
  ...exampleSchedule,
  history: [
    {
      at: '2027-01-04T09:15:00.000Z',
      kind: 'started',
      task_id: exampleIds.task,
      date: '2027-02-01T09:00:00+01:00',
      detail: null,
    },
  ],
} as const;
