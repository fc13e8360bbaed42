import type { TaskEventType } from './task-event.ts';

/** The names of Dapr components, shared by services and manifests. */
export const components = {
  pubsub: 'kafka-pubsub',
  fanout: 'kafka-fanout',
  statestore: 'statestore',
  secrets: 'kubernetes-secrets',
} as const;

/** The secret of notification-service: the keys that encrypt channels, the VAPID keys, and the mail server. */
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

/** The topic of the events that a service could not process. */
export function deadLetterTopicOf(service: string): string {
  return `${service}-dead-letters`;
}
