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
import type { Senders } from '../transports/channel-dispatcher.ts';

const params = Type.Object({ id: Uuid });
const failures = { 401: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['channels'], summary });

/** Adds the ways in which a person is reached outside of the app. */
export function addChannelRoutes(app: HttpServer, ctx: NotificationContext, senders: Senders): void {
  app.get(
    '/api/v1/channels',
    { schema: { ...described("One's channels"), response: { 200: ChannelList, ...failures } } },
    async ({ identity }) => ({ channels: await listChannels(ctx, identity.workspace_id) }),
  );
  app.post(
    '/api/v1/channels',
    {
      schema: {
        ...described('Add one; what leads to the same place is renewed'),
        body: ChannelTarget,
        response: { 200: AddedChannel, 201: AddedChannel, ...failures },
      },
    },
    async ({ identity, body }, reply) => {
      const { is_new: isNew, channel } = await addChannel(ctx, senders, identity.workspace_id, body);
      return reply.code(isNew ? 201 : 200).send(channel);
    },
  );
  app.patch(
    '/api/v1/channels/:id',
    {
      schema: {
        ...described('Turn it on or off'),
        params,
        body: Type.Object({ is_enabled: Type.Boolean() }, { additionalProperties: false }),
        response: { 200: ChannelView, ...failures },
      },
    },
    ({ identity, params: { id }, body }) => changeChannel(ctx, identity.workspace_id, id, body),
  );
  app.delete(
    '/api/v1/channels/:id',
    { schema: { ...described('Remove it'), params, response: { 204: Type.Null(), ...failures } } },
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
    ({ identity, params: { id } }) => testChannel(ctx, senders, identity.workspace_id, id),
  );
  app.get(
    '/api/v1/push-key',
    {
      schema: {
        ...described('The key that a browser subscribes to web push with (VAPID)'),
        response: { 200: Type.Object({ public_key: Type.String() }), ...failures },
      },
    },
    async () => {
      if (senders.push_key === undefined)
        throw new AppError('push-not-set-up', senders.whyNot('web_push') ?? '', { status: 404 });
      return { public_key: senders.push_key };
    },
  );
}
