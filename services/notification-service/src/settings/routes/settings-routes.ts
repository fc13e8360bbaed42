import { NotificationSettings } from '@rondo/shared/contracts/notification';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import { zoneOf } from '@rondo/shared/zone-of-person';
import { putSettings } from '../commands/put-settings.ts';
import type { NotificationContext } from '../../context.ts';
import { commandContext } from '../../routes/command-context.ts';
import { readSettings } from '../queries/read-settings.ts';

const tags = ['settings'];

/** Todo and Recurring move all floating tasks of the person to the new zone, and plan their reminders again. */
const rowsOfChange = 2_000;

/** Adds the routes of a person's settings. */
export function addSettingsRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/notification-settings',
    {
      schema: {
        tags,
        summary: 'Get your notification settings',
        description:
          'Returns your time zone, quiet hours and the time of the daily digest. Until you change them, they have defaults.',
        operationId: 'getNotificationSettings',
        response: { 200: NotificationSettings },
      },
    },
    ({ identity }) => readSettings(ctx, { workspaceId: identity.workspaceId, defaultZone: zoneOf(identity) }),
  );
  app.put(
    '/api/v1/notification-settings',
    {
      config: { rows: () => rowsOfChange },
      schema: {
        tags,
        summary: 'Replace your notification settings',
        description: 'Replaces all settings. Null for `quiet_hours` or `digest_at` turns them off.',
        operationId: 'replaceNotificationSettings',
        headers,
        body: NotificationSettings,
        response: { 200: NotificationSettings },
      },
    },
    async (request, reply) =>
      answerWith(reply, await putSettings(ctx, commandContext(request), request.body)),
  );
}
