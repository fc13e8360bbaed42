import type { TaskEventType } from './task-event.ts';

/** Dapr components, topics and their CloudEvents types: the names that services and manifests share. */
export const components = {
  pubsub: 'kafka-pubsub',
  fanout: 'kafka-fanout',
  statestore: 'statestore',
  secrets: 'kubernetes-secrets',
} as const;

/** The secret of notification-service: the keys that seal channels, VAPID, and the mail server. */
export const notificationSecret = 'rondo-notification';

export const topics = {
  taskEvents: 'task-events',
  taskUpdates: 'task-updates',
  reminders: 'reminders',
  taskCommands: 'task-commands',
} as const;

/** The CloudEvents `type` of a task event, as the plan has it: `task-created` is `com.todoai.task.created`. */
export function cloudEventTypeOf(eventType: TaskEventType): string {
  return `com.todoai.${eventType.replace('-', '.')}`;
}

/** The topic on which a service keeps the events that it can't handle. */
export function deadLetterTopicOf(service: string): string {
  return `${service}-dead-letters`;
}
