import type { TSchema } from 'typebox';
import { NotificationNudge } from '@rondo/shared/contracts/notification';
import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { Hello } from '@rondo/shared/contracts/sync-message';
import { TaskCommand } from '@rondo/shared/contracts/task-command';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { describeServices } from '../../../scripts/describe-services.ts';

/** A schema that judges what comes from outside: a part of a route's request, an event of a topic, a message of the socket. */
export type InputSchema = { name: string; schema: TSchema };

const parts = ['body', 'querystring', 'params'] as const;

/** Every schema that judges input. */
export async function inputSchemas(): Promise<InputSchema[]> {
  const services = await describeServices();
  const ofRoutes = services.flatMap(({ service, routes }) =>
    routes.flatMap(({ method, path, schema }) =>
      parts.flatMap((part) =>
        schema[part] ? [{ name: `${service} ${method} ${path} ${part}`, schema: schema[part] }] : [],
      ),
    ),
  );
  const others = { TaskEvent, ReminderEvent, TaskCommand, NotificationNudge, Hello };
  return [...ofRoutes, ...Object.entries(others).map(([name, schema]) => ({ name, schema }))];
}

export type Node = { path: string; schema: Record<string, unknown> };

/** Every schema below a schema, with its place. */
export function nodesOf(schema: unknown, path = '#'): Node[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const children = Object.entries(schema).filter(([key]) => !['default', 'enum', 'examples'].includes(key));
  return [
    ...('type' in schema || 'anyOf' in schema ? [{ path, schema: schema as Node['schema'] }] : []),
    ...children.flatMap(([key, child]) => nodesOf(child, `${path}/${key}`)),
  ];
}
