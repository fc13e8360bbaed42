import { Type } from 'typebox';
import {
  AddedChannel,
  ChannelList,
  ChannelTarget,
  ChannelTest,
  ChannelView,
} from '@rondo/shared/contracts/notification';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { AppError } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { addChannel } from '../commands/add-channel.ts';
import { changeChannel } from '../commands/change-channel.ts';
import { removeChannel } from '../commands/remove-channel.ts';
import { testChannel } from '../commands/test-channel.ts';
import type { NotificationContext } from '../../context.ts';
import { listChannels } from '../queries/list-channels.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';

const params = Type.Object({ id: Uuid });
const failures = { 401: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['channels'], summary });

/** Adds the routes of channels. */
export function addChannelRoutes(
  app: HttpServer,
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
): void {
  app.get(
    '/api/v1/channels',
    { schema: { ...described('List your channels'), response: { 200: ChannelList, ...failures } } },
    async ({ identity }) => ({ channels: await listChannels(ctx, identity.workspace_id) }),
  );
  app.post(
    '/api/v1/channels',
    {
      schema: {
        ...described('Add a channel; the same destination again renews its keys'),
        body: ChannelTarget,
        response: { 200: AddedChannel, 201: AddedChannel, ...failures },
      },
    },
    async ({ identity, body }, reply) => {
      const { isNew, channel } = await addChannel(ctx, dispatcher, identity.workspace_id, body);
      return reply.code(isNew ? 201 : 200).send(channel);
    },
  );
  app.patch(
    '/api/v1/channels/:id',
    {
      schema: {
        ...described('Turn a channel on or off'),
        params,
        body: Type.Object({ is_enabled: Type.Boolean() }, { additionalProperties: false }),
        response: { 200: ChannelView, ...failures },
      },
    },
    ({ identity, params: { id }, body }) => changeChannel(ctx, identity.workspace_id, id, body),
  );
  app.delete(
    '/api/v1/channels/:id',
    { schema: { ...described('Remove a channel'), params, response: { 204: Type.Null(), ...failures } } },
    async ({ identity, params: { id } }, reply) => {
      await removeChannel(ctx, identity.workspace_id, id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/api/v1/channels/:id/test',
    {
      schema: {
        ...described('Send a test message now'),
        params,
        response: { 200: ChannelTest, ...failures },
      },
    },
    ({ identity, params: { id } }) => testChannel(ctx, dispatcher, identity.workspace_id, id),
  );
  app.get(
    '/api/v1/push-key',
    {
      schema: {
        ...described('Get the VAPID public key that browsers subscribe to web push with'),
        response: { 200: Type.Object({ public_key: Type.String() }), ...failures },
      },
    },
    async () => {
      if (dispatcher.pushKey === undefined)
        throw new AppError('push-not-set-up', dispatcher.whyUnavailable('web_push') ?? '', { status: 404 });
      return { public_key: dispatcher.pushKey };
    },
  );
}
