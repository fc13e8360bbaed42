import { Type } from 'typebox';
import { ChannelTarget } from '@rondo/shared/contracts/channel-target';
import { AddedChannel, ChannelList, ChannelTest, ChannelView } from '@rondo/shared/contracts/notification';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { AppError } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import { addChannel } from '../commands/add-channel.ts';
import { changeChannel } from '../commands/change-channel.ts';
import { removeChannel } from '../commands/remove-channel.ts';
import { testChannel } from '../commands/test-channel.ts';
import type { NotificationContext } from '../../context.ts';
import { commandContext } from '../../routes/command-context.ts';
import { listChannels } from '../queries/list-channels.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';

const params = Type.Object({ id: Uuid });
const tags = ['channels'];

/** Adds the routes of channels. */
export function addChannelRoutes(
  app: HttpServer,
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
): void {
  app.get(
    '/api/v1/channels',
    {
      schema: {
        tags,
        summary: 'List your channels',
        description: 'Lists the channels that reminders go to, besides the inbox. Secrets are not shown.',
        response: { 200: ChannelList },
      },
    },
    async ({ identity }) => ({ channels: await listChannels(ctx, identity.workspaceId) }),
  );
  app.post(
    '/api/v1/channels',
    {
      schema: {
        tags,
        summary: 'Add a channel',
        description:
          'Adds a destination for reminders: e-mail, web push, a webhook, ntfy, Telegram, Gotify, Matrix, Slack or Discord. An e-mail address must be confirmed first, and again after its reader unsubscribed. If you have the same destination already, its keys are renewed (200).',
        operationId: 'addChannel',
        headers,
        body: ChannelTarget,
        response: { 200: AddedChannel, 201: AddedChannel },
        example: {
          request: { kind: 'ntfy', server: 'https://ntfy.example.com', topic: 'my-reminders' },
        },
        problems: ['channel-not-set-up', 'quota-exceeded', 'too-many-confirmations'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await addChannel(ctx, dispatcher, commandContext(request), request.body)),
  );
  app.patch(
    '/api/v1/channels/:id',
    {
      schema: {
        tags,
        summary: 'Turn a channel on or off',
        description: 'Turns a channel on or off. Turning it off fails its waiting deliveries.',
        headers,
        params,
        body: Type.Object({ is_enabled: Type.Boolean() }, { additionalProperties: false }),
        response: { 200: ChannelView },
        problems: ['not-found', 'not-confirmed'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await changeChannel(ctx, commandContext(request), request.params.id, request.body)),
  );
  app.delete(
    '/api/v1/channels/:id',
    {
      schema: {
        tags,
        summary: 'Remove a channel',
        description: 'Removes a channel and its secrets. Its waiting deliveries fail.',
        operationId: 'removeChannel',
        headers,
        params,
        response: { 204: Type.Null() },
        problems: ['not-found'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await removeChannel(ctx, commandContext(request), request.params.id)),
  );
  app.post(
    '/api/v1/channels/:id/test',
    {
      schema: {
        tags,
        summary: 'Test a channel',
        description:
          'Sends a test message now, and says whether it was sent. A failure is a 200 with its reason.',
        headers,
        params,
        response: { 200: ChannelTest },
        problems: ['not-found', 'not-confirmed', 'quota-exceeded'],
      },
    },
    async (request, reply) =>
      answerWith(reply, await testChannel(ctx, dispatcher, commandContext(request), request.params.id)),
  );
  app.get(
    '/api/v1/push-key',
    {
      schema: {
        tags,
        summary: 'Get the key for web push',
        description: 'Returns the public VAPID key (RFC 8292) that a browser needs to subscribe to web push.',
        response: { 200: Type.Object({ public_key: Type.String() }) },
        example: {
          response: {
            public_key:
              'BKd0FOnmkVh1yJ9ZcYrW2aBJXv9hQ6xPzXcS3fJm4lT8uE7oNqRtIwGyHsMbLpVa5CjDkU0gF6eZxO1rQnS3vYw',
          },
        },
        problems: ['push-not-set-up'],
      },
    },
    async () => {
      if (dispatcher.pushKey === undefined)
        throw new AppError('push-not-set-up', dispatcher.whyUnavailable('web_push') ?? '', { status: 404 });
      return { public_key: dispatcher.pushKey };
    },
  );
}
