import { deadLetterTopicOf, topics } from '@rondo/shared/contracts/topics';

export type PlannedTopic = { name: string; partitions: number; retention_ms: number };

const dayMs = 24 * 60 * 60 * 1000;

/** Services with a subscription, and so with a dead-letter topic. */
const consumers = [
  'todo-service',
  'audit-service',
  'websocket-service',
  'notification-service',
  'recurring-task-service',
];

/**
 * Every topic there is. The partitions are the most replicas of a service that can share its work; they are never
 * changed, because the partition of a workspace would change with them and its order be lost.
 */
export const topicPlan: PlannedTopic[] = [
  ...Object.values(topics).map((name) => ({ name, partitions: 6, retention_ms: 7 * dayMs })),
  ...consumers.map((service) => ({
    name: deadLetterTopicOf(service),
    partitions: 1,
    retention_ms: 30 * dayMs,
  })),
];
