import { sql, type RawBuilder } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { insertNudges } from '../../store/nudge-outbox.ts';
import { runOnce } from '../../store/run-once.ts';
import { shownColumns, statusOf, toNotification, type ShownRow } from './shown-notification.ts';

/**
 * Updates notifications of a workspace and nudges its clients in one statement. Wake the relay after it.
 * @returns one of the updated rows; undefined if there are none
 */
export async function updateNotifications(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  { workspaceId, traceparent }: CommandContext,
  { set, where }: { set: RawBuilder<unknown>; where: RawBuilder<unknown> },
): Promise<ShownRow | undefined> {
  const { rows } = await sql<ShownRow>`
    WITH changed AS (
      UPDATE notification_service.notifications SET ${set} WHERE workspace_id = ${workspaceId} AND ${where} RETURNING *
    ), nudged AS (${insertNudges({ [workspaceId]: traceparent }, clock.now())})
    SELECT ${shownColumns('changed')}, ${statusOf('changed')} AS status FROM changed LIMIT 1`.execute(
    database,
  );
  return rows[0];
}

/** Updates one notification, once for each Idempotency-Key. @throws AppError 404 if the workspace has no notification with this id */
export async function updateNotification(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
  set: RawBuilder<unknown>,
): Promise<Answer<Notification>> {
  const answer = await runOnce(ctx, command, async (database) => {
    const row = await updateNotifications({ database, clock: ctx.clock }, command, {
      set,
      where: sql`id = ${id}`,
    });
    if (!row) throw notFound('notification');
    return { status: 200, body: toNotification(row) };
  });
  ctx.wake.relay();
  const { workspace_id, task_id } = answer.body;
  if (!answer.isReplayed)
    ctx.log.info({ workspace_id, task_id, notification_id: id }, 'a notification was changed');
  return answer;
}
