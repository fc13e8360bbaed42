import type { Admin } from '@platformatic/kafka';
import { AppError } from '@rondo/shared/errors';
import { serviceRegistry } from '@rondo/shared/service-registry';
import type { KafkaAddress } from './kafka-address.ts';
import { openAdmin, partitionsOf } from './kafka-admin.ts';
import { eventTopics } from './topic-plan.ts';

/** Kafka's special timestamp for the offset of the next record of a partition. */
const latest = -1n;

/**
 * Adds partitions to the topics with events. The events of a workspace move to another partition then. They keep their
 * order if everything on the topics was processed before and nobody publishes meanwhile, which is checked first.
 * It can be repeated after an interruption.
 * @throws AppError `topic-not-drained` if a service runs, or has not processed all events
 */
export async function addPartitions(address: KafkaAddress, partitions: number): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const admin = openAdmin(address);
  opened.defer(() => admin.close());
  const existing = await partitionsOf(address, eventTopics, 0);
  await checkStopped(admin);
  await checkDrained(admin, existing);
  const short = [...existing].filter(([, count]) => count < partitions).map(([name]) => name);
  if (short.length === 0) return;
  await admin.createPartitions({
    topics: short.map((name) => ({ name, count: partitions })),
  });
}

/** A service that runs has a member in its consumer group, and may publish. */
async function checkStopped(admin: Admin): Promise<void> {
  const known = await admin.listGroups();
  const groups = serviceRegistry.map(({ name }) => name).filter((name) => known.has(name));
  if (groups.length === 0) return;
  const running = [...(await admin.describeGroups({ groups })).values()]
    .filter(({ members }) => members.size > 0)
    .map(({ id }) => id);
  if (running.length > 0)
    throw new AppError(
      'topic-not-drained',
      `Partitions can't be added while ${running.join(', ')} runs: stop all services first.`,
    );
}

/** @param existing the number of partitions of each topic @throws AppError `topic-not-drained` */
export async function checkDrained(admin: Admin, existing: Map<string, number>): Promise<void> {
  for (const { name: group, topics } of serviceRegistry)
    for (const topic of topics.consumes.filter((consumed) => existing.has(consumed))) {
      const partitions = Array.from({ length: existing.get(topic) ?? 0 }, (_, partition) => partition);
      const left = await countLeft(admin, { group, topic, partitions });
      if (left > 0n)
        throw new AppError(
          'topic-not-drained',
          `${group} has ${left} events of ${topic} to process: start the services, and stop them when it has none.`,
        );
    }
}

async function countLeft(
  admin: Admin,
  { group, topic, partitions }: { group: string; topic: string; partitions: number[] },
): Promise<bigint> {
  const [ends] = await admin.listOffsets({
    topics: [
      {
        name: topic,
        partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp: latest })),
      },
    ],
  });
  const [offsets] = await admin.listConsumerGroupOffsets({
    groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: partitions }] }],
  });
  const committed = new Map(
    offsets?.topics
      .find(({ name }) => name === topic)
      ?.partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
  );
  return (ends?.partitions ?? []).reduce((left, { partitionIndex, offset }) => {
    // -1: the group has committed nothing.
    const done = committed.get(partitionIndex) ?? -1n;
    return left + (offset - (done < 0n ? 0n : done));
  }, 0n);
}
