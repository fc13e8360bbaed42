import type { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import type { NotificationKind } from '@rondo/shared/contracts/notification';
import type { Message } from '../../channels/domain/channel.ts';
import { describeDue } from '../../inbox/domain/describe-due.ts';
import { asPresent, type PresentTask } from '../../inbox/domain/notification.ts';

/**
 * A delivery joined with its notification and with the task as it is now. The columns of the notification are null for a
 * message about a channel, or if the notification was deleted.
 */
export type MessageSource = PresentTask & {
  id: string;
  workspace_id: string;
  notification_id: string | null;
  title: string;
  created_at: string;
  /** The id of the message that it was last sent in with others. */
  batch_id: string | null;
  kind: NotificationKind | null;
  task_id: string | null;
  body: string | null;
  due_date: string | null;
  remind_at: string | null;
  is_late: boolean | null;
  /** Of a digest that goes by e-mail: the newest checkpoint of its audit chain as JSON text, if there is one. */
  checkpoint?: string | null;
};

/** A message without a link. */
export type UnlinkedMessage = Omit<Message, 'url'>;

/** How many notifications a summary lists. */
const maxLines = 10;

/**
 * The message of a delivery. It has the delivery's id, or that of the message that it was sent in with others: the same on each
 * attempt, so that receivers recognise duplicates, and a new one when a snoozed notification returns. It shows the task as it
 * is now.
 */
export function messageOf(source: MessageSource): UnlinkedMessage {
  const { id, batch_id, kind, task_id, remind_at, checkpoint } = source;
  const data = dataOf(source);
  const { title, body } = data;
  return {
    id: batch_id ?? id,
    kind: kind ?? 'test',
    title,
    body,
    taskId: task_id,
    occurredAt: remind_at ?? source.created_at,
    ...(checkpoint ? { auditCheckpoint: JSON.parse(checkpoint) as AuditCheckpoint } : {}),
    data,
  };
}

/** One message for deliveries that waited for the end of quiet hours together: a line for each, at most ten. */
export function summaryOf(sources: readonly [MessageSource, ...MessageSource[]]): UnlinkedMessage {
  const [first] = sources;
  const deliveries = sources.map((source) => ({
    ...dataOf(source),
    delivery_id: source.id,
    kind: source.kind,
  }));
  const title = `${sources.length} notifications during quiet hours`;
  const more = deliveries.length - maxLines;
  const body = [
    ...sources.slice(0, maxLines).map((source) => lineOf(source)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
  return {
    id: first.batch_id ?? first.id,
    kind: 'summary',
    title,
    body,
    taskId: null,
    occurredAt: first.created_at,
    data: { workspace_id: first.workspace_id, title, body, deliveries },
  };
}

function dataOf(source: MessageSource) {
  const { workspace_id, notification_id, task_id, remind_at, is_late } = source;
  const { title, body, due_date } = asPresent({ ...source, body: source.body ?? '' }, source);
  return { notification_id, workspace_id, title, body, task_id, due_date, remind_at, is_late };
}

function lineOf(source: MessageSource): string {
  const { title, due_date: due } = dataOf(source);
  // A digest says in its title which day it is for.
  return due === null || source.kind !== 'reminder'
    ? `• ${title}`
    : `• ${title}, due ${describeDue(due, source.presentZone)}`;
}
