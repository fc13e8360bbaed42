import { deadLetterTopicsOf, serviceRegistry, topicsOf } from '@rondo/shared/service-registry';

export type PlannedTopic = { name: string; partitions: number; retentionMs: number };

const dayMs = 24 * 60 * 60 * 1000;

/** The number of partitions of an installation that didn't choose another. */
export const defaultPartitions = 6;

/** The topics whose events are spread over partitions by workspace. */
export const eventTopics = topicsOf(serviceRegistry);

/**
 * Every topic of the services.
 * @param partitions of each topic with events: the highest number of replicas of a service that can share its work
 */
export function planTopics(partitions: number): PlannedTopic[] {
  return [
    ...eventTopics.map((name) => ({ name, partitions, retentionMs: 7 * dayMs })),
    ...deadLetterTopicsOf(serviceRegistry).map((name) => ({
      name,
      partitions: 1,
      retentionMs: 30 * dayMs,
    })),
  ];
}

/** The plan of an installation with the default number of partitions. */
export const topicPlan = planTopics(defaultPartitions);
