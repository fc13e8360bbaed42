import { Type } from 'typebox';
import { InboxCount, Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import { Problem } from '@rondo/shared/contracts/problem';
import { DateTime, nullable, Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { dismissNotification } from '../commands/dismiss-notification.ts';
import { markAllRead } from '../commands/mark-all-read.ts';
import { markRead } from '../commands/mark-read.ts';
import { Snooze, snoozeNotification } from '../commands/snooze-notification.ts';
import type { NotificationContext } from '../../context.ts';
import { findNotification, InboxQuery, listNotifications } from '../queries/list-notifications.ts';

const params = Type.Object({ id: Uuid });
const failures = { 401: Problem, 404: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['notifications'], summary });

type Changer = { identity: { workspace_id: string }; trace: { traceparent: string } };
const changeOf = ({ identity, trace }: Changer) => ({
  workspace_id: identity.workspace_id,
  traceparent: trace.traceparent,
});

/** Adds the inbox: what there is, and what a person does with it. */
export function addNotificationRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/notifications',
    {
      schema: {
        ...described('The inbox, the newest first'),
        querystring: InboxQuery,
        response: { 200: NotificationPage, ...failures },
      },
    },
    ({ identity, query }) => listNotifications(ctx, identity.workspace_id, query),
  );
  app.get(
    '/api/v1/notifications/:id',
    { schema: { ...described('One notification'), params, response: { 200: Notification, ...failures } } },
    async ({ identity, params: { id } }) => {
      const notification = await findNotification(ctx, identity.workspace_id, id);
      if (!notification) throw notFound('notification');
      return notification;
    },
  );
  app.post(
    '/api/v1/notifications/:id/read',
    { schema: { ...described('Mark as read'), params, response: { 200: Notification, ...failures } } },
    (request) => markRead(ctx, changeOf(request), request.params.id),
  );
  app.post(
    '/api/v1/notifications/:id/dismiss',
    {
      schema: {
        ...described('Take it out of the inbox for good'),
        params,
        response: { 200: Notification, ...failures },
      },
    },
    (request) => dismissNotification(ctx, changeOf(request), request.params.id),
  );
  app.post(
    '/api/v1/notifications/:id/snooze',
    {
      schema: {
        ...described('Put it away until later, when it is unread again'),
        params,
        body: Snooze,
        response: { 200: Notification, ...failures },
      },
    },
    (request) => snoozeNotification(ctx, changeOf(request), request.params.id, request.body),
  );
  app.post(
    '/api/v1/notifications/read-all',
    {
      schema: {
        ...described('Mark the inbox as read, as far as it was seen'),
        body: nullable(Type.Object({ up_to: Type.Optional(DateTime) }, { additionalProperties: false })),
        response: { 200: InboxCount, ...failures },
      },
    },
    (request) => markAllRead(ctx, changeOf(request), request.body?.up_to),
  );
}
