import { exampleIds } from './example-ids.ts';

/** A notification as the documentation shows it. */
export const exampleNotification = {
  id: exampleIds.notification,
  workspace_id: exampleIds.workspace,
  kind: 'reminder',
  notification_type: 'reminder',
  status: 'sent',
  task_id: exampleIds.task,
  title: 'Pay rent',
  body: 'Due Monday 1 February 2027 at 09:00',
  due_date: '2027-02-01T09:00:00+01:00',
  remind_at: '2027-02-01T07:30:00.000Z',
  lateness_ms: 12,
  is_late: false,
  created_at: '2027-02-01T07:30:00.040Z',
  read_at: null,
  dismissed_at: null,
  snoozed_until: null,
  settled: null,
} as const;

/** A channel as the documentation shows it. */
export const exampleChannel = {
  id: exampleIds.channel,
  kind: 'ntfy',
  label: 'ntfy.example.com/my-reminders',
  is_enabled: true,
  disabled_reason: null,
  created_at: '2027-01-04T09:20:00.000Z',
} as const;

/** A delivery as the documentation shows it. */
export const exampleDelivery = {
  id: exampleIds.delivery,
  notification_id: exampleIds.notification,
  channel_id: exampleIds.channel,
  channel_kind: 'ntfy',
  title: 'Pay rent',
  status: 'sent',
  attempts: 1,
  reason: null,
  created_at: '2027-02-01T07:30:00.040Z',
  last_attempt_at: '2027-02-01T07:30:00.310Z',
  next_attempt_at: null,
  sent_at: '2027-02-01T07:30:00.310Z',
  outcome: 'confirmed',
} as const;
