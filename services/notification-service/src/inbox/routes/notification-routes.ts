import { Type } from 'typebox';
import { InboxCount, Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import { Problem } from '@rondo/shared/contracts/problem';
import { DateTime, nullable, Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { dismissNotification } from '../commands/dismiss-notification.ts';
import { markAllRead } from '../commands/mark-all-read.ts';
import { markRead } from '../commands/mark-read.ts';
import { Snooze, snoozeNotification } from '../commands/snooze-notification.ts';
import { findNotification } from '../queries/find-notification.ts';
import { InboxQuery, listNotifications } from '../queries/list-notifications.ts';

const params = Type.Object({ id: Uuid });
const failures = { 401: Problem, 404: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['notifications'], summary });

const commandContextOf = ({
  identity,
  trace,
}: {
  identity: { workspace_id: string };
  trace: { traceparent: string };
}): CommandContext => ({
  workspaceId: identity.workspace_id,
  traceparent: trace.traceparent,
});

/** Adds the routes of the inbox. */
export function addNotificationRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/notifications',
    {
      schema: {
        ...described('List the inbox, newest first'),
        querystring: InboxQuery,
        response: { 200: NotificationPage, ...failures },
      },
    },
    ({ identity, query }) => listNotifications(ctx, identity.workspace_id, query),
  );
  app.get(
    '/api/v1/notifications/:id',
    {
      schema: { ...described('Get a notification'), params, response: { 200: Notification, ...failures } },
    },
    async ({ identity, params: { id } }) => {
      const notification = await findNotification(ctx, identity.workspace_id, id);
      if (!notification) throw notFound('notification');
      return notification;
    },
  );
  app.post(
    '/api/v1/notifications/:id/read',
    {
      schema: {
        ...described('Mark a notification as read'),
        params,
        response: { 200: Notification, ...failures },
      },
    },
    (request) => markRead(ctx, commandContextOf(request), request.params.id),
  );
  app.post(
    '/api/v1/notifications/:id/dismiss',
    {
      schema: {
        ...described('Remove a notification from the inbox'),
        params,
        response: { 200: Notification, ...failures },
      },
    },
    (request) => dismissNotification(ctx, commandContextOf(request), request.params.id),
  );
  app.post(
    '/api/v1/notifications/:id/snooze',
    {
      schema: {
        ...described('Hide a notification until later; it returns unread'),
        params,
        body: Snooze,
        response: { 200: Notification, ...failures },
      },
    },
    (request) => snoozeNotification(ctx, commandContextOf(request), request.params.id, request.body),
  );
  app.post(
    '/api/v1/notifications/read-all',
    {
      schema: {
        ...described('Mark all notifications as read, optionally only up to a moment'),
        body: nullable(Type.Object({ up_to: Type.Optional(DateTime) }, { additionalProperties: false })),
        response: { 200: InboxCount, ...failures },
      },
    },
    (request) => markAllRead(ctx, commandContextOf(request), request.body?.up_to),
  );
}
