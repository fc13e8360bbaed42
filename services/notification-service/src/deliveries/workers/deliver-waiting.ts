import { DueQueue } from '@rondo/shared/workers/due-queue';
import type { Tracing } from '@rondo/shared/observability/tracing';
import type { Worker } from '@rondo/shared/workers/worker';
import type { ChannelDispatcher } from '../../channels/transports/channel-dispatcher.ts';
import { listChannelIds } from '../../channels/queries/list-channel-ids.ts';
import type { NotificationContext } from '../../context.ts';
import { bringForward } from '../commands/bring-forward.ts';
import { claimDeliveries, untilNextDelivery, type Claim } from '../commands/claim-deliveries.ts';
import { deliver } from '../commands/deliver.ts';
import { createDueChannels } from '../queries/due-channels.ts';
import { reportCancelled } from '../commands/record-outcome.ts';
import { createSendLimiter } from '../transports/send-limiter.ts';

export type DeliveryWorker = Worker & { wake(): void };

/**
 * Sends the deliveries that are due. It claims as many as the limiter allows, and keeps claiming while they are being sent.
 * `stop` waits for the sends in progress, which end by their channels' timeouts. At the start, and whenever its clock went back, it
 * looks for deliveries that a later clock scheduled.
 */
export function createDeliveryWorker(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  { tracing, random = Math.random }: { tracing: Tracing; random?: () => number },
): DeliveryWorker {
  const limiter = createSendLimiter(() => queue.wake());
  const dueChannels = createDueChannels(ctx);
  let seenMs = Infinity;
  const queue: DueQueue = new DueQueue({
    name: 'deliveries',
    log: ctx.log,
    async fire() {
      const limit = limiter.free();
      if (limit <= 0) return 0;
      const nowMs = ctx.clock.now().getTime();
      if (nowMs < seenMs) await bringForward(ctx);
      seenMs = nowMs;
      const busyChannels = await listBusyChannels();
      const channels = await dueChannels(busyChannels);
      if (channels.length === 0) return 0;
      const { claims, cancelled } = await claimDeliveries(ctx, { limit, channels, busyChannels });
      for (const claim of claims) {
        const [{ channel_id: channelId, workspace_id: workspaceId }] = claim;
        limiter.run({ channelId, workspaceId }, () => deliverSafely(claim));
      }
      for (const delivery of cancelled) reportCancelled(ctx, delivery);
      return claims.length + cancelled.length;
    },
    untilNext: async () => (limiter.free() > 0 ? untilNextDelivery(ctx, await listBusyChannels()) : null),
  });

  /** Those with a send in progress, and all of a workspace that has enough of them. */
  async function listBusyChannels(): Promise<string[]> {
    const workspaces = limiter.busyWorkspaces();
    const others = workspaces.length > 0 ? await listChannelIds(ctx, workspaces) : [];
    return [...new Set([...limiter.busyChannels(), ...others])];
  }

  async function deliverSafely(claim: Claim): Promise<void> {
    try {
      await deliver(ctx, dispatcher, claim, { random, tracing });
    } catch (error) {
      const [{ id, workspace_id, notification_id, task_id }] = claim;
      ctx.log.warn(
        { err: error, delivery_id: id, workspace_id, notification_id, task_id },
        'the outcome of a delivery could not be recorded: it is sent again when its lease ends',
      );
    }
  }

  return {
    start: () => queue.start(),
    wake: () => queue.wake(),
    async stop() {
      await queue.stop();
      await limiter.idle();
    },
  };
}
