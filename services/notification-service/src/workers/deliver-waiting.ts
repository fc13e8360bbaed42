import { DueQueue } from '@rondo/shared/workers/due-queue';
import type { Tracing } from '@rondo/shared/observability/tracing';
import type { Worker } from '@rondo/shared/workers/worker';
import { claimDeliveries, untilNextDelivery, type ClaimedDelivery } from '../commands/claim-deliveries.ts';
import { deliver } from '../commands/deliver.ts';
import type { NotificationContext } from '../context.ts';
import type { Senders } from '../senders.ts';
import { createPlaces } from '../places.ts';

export type DeliveryWorker = Worker & { wake(): void };

/**
 * Sends what waits and is due: claims as many as there are places, and goes on claiming while they are being sent. `stop`
 * waits for the sends under way, which end by their channels' deadlines.
 */
export function createDeliveryWorker(
  ctx: NotificationContext,
  senders: Senders,
  { tracing, random = Math.random }: { tracing: Tracing; random?: () => number },
): DeliveryWorker {
  const places = createPlaces(() => queue.wake());
  const queue: DueQueue = new DueQueue({
    name: 'deliveries',
    log: ctx.log,
    async fire() {
      const limit = places.free();
      if (limit <= 0) return 0;
      const claimed = await claimDeliveries(ctx, { limit, busy: places.busy() });
      for (const delivery of claimed) places.take(delivery.channel_id, () => deliverSafely(delivery));
      return claimed.length;
    },
    untilNext: async () => (places.free() > 0 ? untilNextDelivery(ctx, places.busy()) : null),
  });

  async function deliverSafely(delivery: ClaimedDelivery): Promise<void> {
    try {
      await deliver(ctx, senders, delivery, { random, tracing });
    } catch (error) {
      const { id, workspace_id, notification_id, task_id } = delivery;
      const about = { delivery_id: id, workspace_id, notification_id, task_id };
      ctx.log.warn(
        { err: error, ...about },
        'what became of a delivery could not be recorded: it is due after its lease',
      );
    }
  }

  return {
    start: () => queue.start(),
    wake: () => queue.wake(),
    async stop() {
      await queue.stop();
      await places.idle();
    },
  };
}
