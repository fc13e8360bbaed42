import { addPartitions } from './add-partitions.ts';
import type { KafkaAddress } from './kafka-address.ts';
import { createTopics, partitionsOf } from './kafka-admin.ts';
import { decidePartitions, recordedPartitions, recordPartitions } from './partitions.ts';
import { eventTopics, planTopics } from './topic-plan.ts';

export type TopicOptions = {
  databaseUrl: string;
  /** KAFKA_PARTITIONS, if it is set. */
  wanted: number | undefined;
  /** Whether partitions are added if more are wanted than there are. No service may run. */
  mayAdd: boolean;
  replicas: number;
  timeoutMs: number;
};

/**
 * Creates the topics that are missing, with the number of partitions that the installation decided on, and adds partitions
 * if that is allowed.
 * @throws AppError `broker-unavailable`, `topic-repartitioned`, `topic-not-drained`
 */
export async function prepareTopics(
  address: KafkaAddress,
  { databaseUrl, wanted, mayAdd, replicas, timeoutMs }: TopicOptions,
): Promise<{ created: string[]; partitions: number }> {
  const existing = await partitionsOf(address, eventTopics, timeoutMs);
  const recorded = await recordedPartitions(databaseUrl);
  if (mayAdd && wanted !== undefined && recorded !== undefined && wanted > recorded) {
    await addPartitions(address, wanted);
    await recordPartitions(databaseUrl, wanted);
  }
  const partitions = await decidePartitions(databaseUrl, {
    wanted,
    existing: [...new Set(existing.values())],
  });
  return { partitions, ...(await createTopics(address, planTopics(partitions), { replicas, timeoutMs })) };
}
