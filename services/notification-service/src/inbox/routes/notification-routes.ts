import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { InboxCount, Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import { exampleNotification } from '@rondo/shared/contracts/notification-example';
import { DateTime, nullable, Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import type { NotificationContext } from '../../context.ts';
import { commandContext } from '../../routes/command-context.ts';
import { dismissNotification } from '../commands/dismiss-notification.ts';
import { markAllRead } from '../commands/mark-all-read.ts';
import { markRead } from '../commands/mark-read.ts';
import { Snooze, snoozeNotification } from '../commands/snooze-notification.ts';
import { findNotification } from '../queries/find-notification.ts';
import { InboxQuery, listNotifications } from '../queries/list-notifications.ts';

const params = Type.Object({ id: Uuid });
const tags = ['notifications'];
const problems: ErrorCode[] = ['not-found'];
const exampleWith = (changed: Partial<Notification>) => ({
  response: { ...exampleNotification, ...changed },
});

/** Adds the routes of the inbox. */
export function addNotificationRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/notifications',
    {
      schema: {
        tags,
        summary: 'List your notifications',
        description:
          'Lists the inbox, newest first, without dismissed and snoozed notifications. `unread` counts the whole inbox, `total` what matches all given filters. Follow `next_cursor` to read all pages.',
        querystring: InboxQuery,
        response: { 200: NotificationPage },
      },
    },
    ({ identity, query }) => listNotifications(ctx, identity.workspaceId, query),
  );
  app.get(
    '/api/v1/notifications/:id',
    {
      schema: {
        tags,
        summary: 'Get a notification',
        description: 'Returns a notification, even a dismissed or snoozed one.',
        params,
        response: { 200: Notification },
        problems,
      },
    },
    async ({ identity, params: { id } }) => {
      const notification = await findNotification(ctx, identity.workspaceId, id);
      if (!notification) throw notFound('notification');
      return notification;
    },
  );
  app.post(
    '/api/v1/notifications/:id/read',
    {
      schema: {
        tags,
        summary: 'Mark a notification as read',
        description: 'Marks a notification as read. It stays in the inbox.',
        operationId: 'markNotificationRead',
        headers,
        params,
        response: { 200: Notification },
        example: exampleWith({ read_at: '2027-02-01T07:35:00.000Z' }),
        problems,
      },
    },
    async (request, reply) =>
      answerWith(reply, await markRead(ctx, commandContext(request), request.params.id)),
  );
  app.post(
    '/api/v1/notifications/:id/dismiss',
    {
      schema: {
        tags,
        summary: 'Dismiss a notification',
        description: 'Removes a notification from the inbox. Its task stays unchanged.',
        headers,
        params,
        response: { 200: Notification },
        example: exampleWith({ dismissed_at: '2027-02-01T07:35:00.000Z' }),
        problems,
      },
    },
    async (request, reply) =>
      answerWith(reply, await dismissNotification(ctx, commandContext(request), request.params.id)),
  );
  app.post(
    '/api/v1/notifications/:id/snooze',
    {
      schema: {
        tags,
        summary: 'Snooze a notification',
        description:
          'Hides a notification for some minutes or until a moment; then it returns to the inbox unread, if its task is still open.',
        headers,
        params,
        body: Snooze,
        response: { 200: Notification },
        example: {
          request: { minutes: 30 },
          ...exampleWith({ snoozed_until: '2027-02-01T08:05:00.000Z' }),
        },
        problems,
      },
    },
    async (request, reply) =>
      answerWith(
        reply,
        await snoozeNotification(ctx, commandContext(request), request.params.id, request.body),
      ),
  );
  app.post(
    '/api/v1/notifications/read-all',
    {
      schema: {
        tags,
        summary: 'Mark all notifications as read',
        description: 'Marks all notifications as read. With `up_to`, newer ones stay unread.',
        operationId: 'markAllNotificationsRead',
        headers,
        body: nullable(Type.Object({ up_to: Type.Optional(DateTime) }, { additionalProperties: false })),
        response: { 200: InboxCount },
        example: { request: { up_to: '2027-02-01T08:00:00.000Z' } },
      },
    },
    async (request, reply) =>
      answerWith(reply, await markAllRead(ctx, commandContext(request), request.body?.up_to)),
  );
}
