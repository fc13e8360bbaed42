import { Type } from 'typebox';
import { Delivery, DeliveryPage } from '@rondo/shared/contracts/notification';
import { exampleDelivery } from '@rondo/shared/contracts/notification-example';
import { Uuid } from '@rondo/shared/contracts/scalars';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import { replayDelivery } from '../commands/replay-delivery.ts';
import type { NotificationContext } from '../../context.ts';
import { commandContext } from '../../routes/command-context.ts';
import { DeliveryQuery, listDeliveries } from '../queries/list-deliveries.ts';

const tags = ['deliveries'];

/** Adds the routes of deliveries. */
export function addDeliveryRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/deliveries',
    {
      schema: {
        tags,
        summary: 'List deliveries',
        description:
          'Lists the deliveries of your notifications on all channels, newest first, with the reason of each failure and cancellation. Follow `next_cursor` to read all pages.',
        querystring: DeliveryQuery,
        response: { 200: DeliveryPage },
      },
    },
    ({ identity, query }) => listDeliveries(ctx, identity.workspaceId, query),
  );
  app.post(
    '/api/v1/deliveries/:id/replay',
    {
      schema: {
        tags,
        summary: 'Send a delivery again',
        description:
          'Sends a delivery that no longer waits again. The message keeps its id, so a receiver can ignore a duplicate. It is cancelled if its task is done or deleted.',
        headers,
        params: Type.Object({ id: Uuid }),
        response: { 200: Delivery },
        example: {
          response: {
            ...exampleDelivery,
            status: 'waiting',
            attempts: 0,
            next_attempt_at: '2027-02-01T08:00:00.000Z',
            sent_at: null,
            outcome: null,
          },
        },
        problems: ['not-found', 'not-replayable', 'quota-exceeded'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await replayDelivery(ctx, commandContext(request), request.params.id)),
  );
}
