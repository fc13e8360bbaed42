import type { NotificationKind } from '@rondo/shared/contracts/notification';
import type { Message } from '../../channels/domain/channel.ts';

/** A delivery with the entry it is of. What is of the entry is null for a test, and where the entry is no longer kept. */
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

/** A message without its link into the app, which who sends it knows. */
export type UnlinkedMessage = Omit<Message, 'url'>;

/**
 * What a delivery tells. The id is the delivery's: the same on every attempt, so that receivers can tell a repetition, and
 * another one when a snoozed entry comes back.
 */
export function messageOf(source: MessageSource): UnlinkedMessage {
  const { id, kind, title, task_id, due_date, remind_at, is_late, notification_id, workspace_id } = source;
  const told = { title, body: source.body ?? '', task_id };
  return {
    id,
    kind: kind ?? 'test',
    ...told,
    occurred_at: remind_at ?? source.created_at,
    data: { notification_id, workspace_id, ...told, due_date, remind_at, is_late },
  };
}
