import { sql } from 'kysely';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { runOnce } from '../../store/run-once.ts';

/** Removes a channel with its sealed target and fails its waiting deliveries. @throws AppError 404 */
export async function removeChannel(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
): Promise<Answer<undefined>> {
  const { workspaceId } = command;
  const answer = await runOnce(ctx, command, async (database) => {
    const { rows } = await sql<{ id: string }>`
      WITH removed AS (
        DELETE FROM notification_service.channels WHERE id = ${id} AND workspace_id = ${workspaceId} RETURNING id
      ), failed AS (
        UPDATE notification_service.deliveries
        SET status = 'failed', reason = 'The channel was removed.', next_attempt_at = NULL
        FROM removed WHERE channel_id = removed.id AND status = 'waiting'
      )
      SELECT id FROM removed`.execute(database);
    if (rows.length === 0) throw notFound('channel');
    return { status: 204, body: undefined };
  });
  if (!answer.isReplayed)
    ctx.log.info({ workspace_id: workspaceId, channel_id: id }, 'a channel was removed');
  return answer;
}
