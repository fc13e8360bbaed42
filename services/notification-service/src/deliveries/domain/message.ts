import type { NotificationKind } from '@rondo/shared/contracts/notification';
import type { Message } from '../../channels/domain/channel.ts';

/** A delivery joined with its notification, whose columns are null for a test or if the notification was deleted. */
export type MessageSource = {
  id: string;
  workspace_id: string;
  notification_id: string | null;
  title: string;
  created_at: string;
  kind: NotificationKind | null;
  task_id: string | null;
  body: string | null;
  due_date: string | null;
  remind_at: string | null;
  is_late: boolean | null;
};

/** A message without its link into the app, which the dispatcher adds. */
export type UnlinkedMessage = Omit<Message, 'url'>;

/**
 * The message of a delivery. It has the delivery's id: the same on each attempt, so that receivers recognise duplicates, and a
 * new one when a snoozed notification returns.
 */
export function messageOf(source: MessageSource): UnlinkedMessage {
  const { id, kind, title, task_id, due_date, remind_at, is_late, notification_id, workspace_id } = source;
  const body = source.body ?? '';
  return {
    id,
    kind: kind ?? 'test',
    title,
    body,
    taskId: task_id,
    occurredAt: remind_at ?? source.created_at,
    data: { notification_id, workspace_id, title, body, task_id, due_date, remind_at, is_late },
  };
}
