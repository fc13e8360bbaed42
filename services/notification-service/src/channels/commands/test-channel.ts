import type { ChannelTest } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { claimTest, sendTest, type ClaimedTest } from '../../deliveries/commands/send-test.ts';
import { findTestOutcome } from '../../deliveries/queries/find-test-outcome.ts';
import { countManualSend } from '../../deliveries/store/count-manual-send.ts';
import { runOnce } from '../../store/run-once.ts';
import { findChannel } from '../queries/find-channel.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';
import { checkConfirmed } from './confirm-email.ts';

/**
 * Sends a test message to a channel now. What an Idempotency-Key keeps is its delivery: a retry waits for the outcome of the first request,
 * or gets that of the worker, which sends the message if the process of the first request died.
 * @throws AppError 404; 409 `not-confirmed`; 403 `quota-exceeded`; 429 `busy` while the message of the first request is being sent
 */
export async function testChannel(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  command: CommandContext,
  channelId: string,
): Promise<Answer<ChannelTest>> {
  const { workspaceId } = command;
  let test: ClaimedTest | undefined;
  const { body, ...answer } = await runOnce(ctx, command, async (database) => {
    const channel = await findChannel({ database }, workspaceId, channelId);
    if (!channel) throw notFound('channel');
    checkConfirmed(channel);
    await countManualSend(database, workspaceId);
    test = await claimTest({ ...ctx, database }, channel);
    return { status: 200, body: { delivery_id: test.id } };
  });
  const outcome =
    test && !answer.isReplayed ? sendTest(ctx, dispatcher, test) : findTestOutcome(ctx, body.delivery_id);
  return { ...answer, body: await outcome };
}
