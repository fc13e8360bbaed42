import { deadLetterTopicsOf, serviceRegistry, topicsOf } from '@rondo/shared/service-registry';

export type PlannedTopic = { name: string; partitions: number; retentionMs: number };

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Every topic of the services. The number of partitions is the highest number of replicas of a service that can share its
 * work. It never changes: the partition of a workspace would change with it, and the order of its events be lost.
 */
export const topicPlan: PlannedTopic[] = [
  ...topicsOf(serviceRegistry).map((name) => ({ name, partitions: 6, retentionMs: 7 * dayMs })),
  ...deadLetterTopicsOf(serviceRegistry).map((name) => ({ name, partitions: 1, retentionMs: 30 * dayMs })),
];
