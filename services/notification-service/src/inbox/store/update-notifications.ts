import { sql, type RawBuilder } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { insertNudges } from '../../store/nudge-outbox.ts';
import { statusOf, toNotification, type ShownRow } from './shown-notification.ts';

/**
 * Updates notifications of a workspace and nudges its clients in one statement, then wakes the relay.
 * @returns one of the updated rows; undefined if there are none
 */
export async function updateNotifications(
  { database, wake, clock }: NotificationContext,
  { workspaceId, traceparent }: CommandContext,
  { set, where }: { set: RawBuilder<unknown>; where: RawBuilder<unknown> },
): Promise<ShownRow | undefined> {
  const { rows } = await sql<ShownRow>`
    WITH changed AS (
      UPDATE notification_service.notifications SET ${set} WHERE workspace_id = ${workspaceId} AND ${where} RETURNING *
    ), nudged AS (${insertNudges({ [workspaceId]: traceparent }, clock.now())})
    SELECT changed.*, ${statusOf('changed')} AS status FROM changed LIMIT 1`.execute(database);
  const [row] = rows;
  if (row) wake.relay();
  return row;
}

/** Updates one notification. @throws AppError 404 if the workspace has no notification with this id */
export async function updateNotification(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
  set: RawBuilder<unknown>,
): Promise<Notification> {
  const row = await updateNotifications(ctx, command, { set, where: sql`id = ${id}` });
  if (!row) throw notFound('notification');
  ctx.log.info(
    { workspace_id: row.workspace_id, task_id: row.task_id, notification_id: id },
    'a notification was changed',
  );
  return toNotification(row);
}
