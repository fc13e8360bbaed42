import type { TaskEventType } from './task-event.ts';

/** The names of the Dapr components, which services and manifests share. */
export const components = {
  pubsub: 'kafka-pubsub',
  fanout: 'kafka-fanout',
  statestore: 'statestore',
  secrets: 'kubernetes-secrets',
} as const;

/** The name of the secret of notification-service: the keys that seal channels, the VAPID keys, and the mail server. */
export const notificationSecret = 'rondo-notification';

/** The name of the secret of audit-service: the keys that sign checkpoints. */
export const auditSecret = 'rondo-audit';

/** The names of the topics. */
export const topics = {
  taskEvents: 'task-events',
  taskUpdates: 'task-updates',
  notificationUpdates: 'notification-updates',
  reminders: 'reminders',
  taskCommands: 'task-commands',
  auditCheckpoints: 'audit-checkpoints',
  personSettings: 'person-settings',
  seriesEvents: 'series-events',
} as const;

/** Returns the CloudEvents `type` of a task event: `task-created` is `com.todoai.task.created`. */
export function cloudEventTypeOf(eventType: TaskEventType): string {
  return `com.todoai.${eventType.replace('-', '.')}`;
}

/** Returns the topic for the events that a service can't process. */
export function deadLetterTopicOf(service: string): string {
  return `${service}-dead-letters`;
}
