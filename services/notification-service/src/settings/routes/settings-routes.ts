import { NotificationSettings } from '@rondo/shared/contracts/notification';
import { Problem } from '@rondo/shared/contracts/problem';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { putSettings } from '../commands/put-settings.ts';
import type { NotificationContext } from '../../context.ts';
import { readSettings } from '../queries/read-settings.ts';

const failures = { 401: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['settings'], summary });

/** Adds a person's own settings. */
export function addSettingsRoutes(app: HttpServer, ctx: NotificationContext): void {
  app.get(
    '/api/v1/notification-settings',
    {
      schema: {
        ...described('Zone, quiet hours and the time of the digest'),
        response: { 200: NotificationSettings, ...failures },
      },
    },
    ({ identity }) => readSettings(ctx, identity),
  );
  app.put(
    '/api/v1/notification-settings',
    {
      schema: {
        ...described('Replace them'),
        body: NotificationSettings,
        response: { 200: NotificationSettings, ...failures },
      },
    },
    ({ identity, body }) => putSettings(ctx, identity.workspace_id, body),
  );
}
