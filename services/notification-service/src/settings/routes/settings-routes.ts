import { NotificationSettings } from '@rondo/shared/contracts/notification';
import { Problem } from '@rondo/shared/contracts/problem';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { putSettings } from '../commands/put-settings.ts';
import type { NotificationContext } from '../../context.ts';
import { readSettings } from '../queries/read-settings.ts';

const failures = { 401: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['settings'], summary });

/** Adds the routes of a person's settings. */
export function addSettingsRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/notification-settings',
    {
      schema: {
        ...described('Get your time zone, quiet hours and digest time'),
        response: { 200: NotificationSettings, ...failures },
      },
    },
    ({ identity }) =>
      readSettings(ctx, { workspaceId: identity.workspace_id, defaultZone: identity.time_zone }),
  );
  app.put(
    '/api/v1/notification-settings',
    {
      schema: {
        ...described('Replace your settings'),
        body: NotificationSettings,
        response: { 200: NotificationSettings, ...failures },
      },
    },
    ({ identity, body }) => putSettings(ctx, identity.workspace_id, body),
  );
}
