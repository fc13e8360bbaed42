import { Type } from 'typebox';
import { Delivery, DeliveryPage } from '@rondo/shared/contracts/notification';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { replayDelivery } from '../commands/replay-delivery.ts';
import type { NotificationContext } from '../../context.ts';
import { DeliveryQuery, listDeliveries } from '../queries/list-deliveries.ts';

const failures = { 401: Problem, 404: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['deliveries'], summary });

/** Adds the routes of deliveries. */
export function addDeliveryRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/deliveries',
    {
      schema: {
        ...described('List deliveries, newest first, with the reason of each failure'),
        querystring: DeliveryQuery,
        response: { 200: DeliveryPage, ...failures },
      },
    },
    ({ identity, query }) => listDeliveries(ctx, identity.workspace_id, query),
  );
  app.post(
    '/api/v1/deliveries/:id/replay',
    {
      schema: {
        ...described('Send a sent or failed delivery again'),
        params: Type.Object({ id: Uuid }),
        response: { 200: Delivery, ...failures, 409: Problem },
      },
    },
    ({ identity, params }) => replayDelivery(ctx, identity.workspace_id, params.id),
  );
}
