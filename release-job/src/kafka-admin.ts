import { Admin } from '@platformatic/kafka';
import { AppError } from '@rondo/shared/errors';
import { connectionOptionsOf, retryUntil, type KafkaAddress } from './kafka-address.ts';
import type { PlannedTopic } from './topic-plan.ts';

/** Opens an administrator of a Kafka. The caller closes it. */
export function openAdmin(address: KafkaAddress): Admin {
  return new Admin({
    clientId: 'rondo-release-job',
    bootstrapBrokers: address.brokers.split(','),
    connectTimeout: 2_000,
    requestTimeout: 20_000,
    retries: 0,
    ...connectionOptionsOf(address),
  });
}

/**
 * Creates the topics that are missing and returns their names. Waits `timeoutMs` for the broker.
 * @throws AppError as `retryUntil`, `topic-repartitioned` if a topic has fewer or more partitions than planned
 */
export async function createTopics(
  address: KafkaAddress,
  planned: PlannedTopic[],
  { replicas, timeoutMs }: { replicas: number; timeoutMs: number },
): Promise<{ created: string[] }> {
  await using opened = new AsyncDisposableStack();
  const admin = openAdmin(address);
  opened.defer(() => admin.close());
  const existing = new Set(await retryUntil(() => admin.listTopics(), address, timeoutMs));
  const missing = planned.filter(({ name }) => !existing.has(name));
  for (const { name, partitions, retentionMs } of missing) {
    await admin.createTopics({
      topics: [name],
      partitions,
      replicas,
      configs: [{ name: 'retention.ms', value: String(retentionMs) }],
    });
  }
  await checkPartitions(
    admin,
    planned.filter(({ name }) => existing.has(name)),
  );
  return { created: missing.map(({ name }) => name) };
}

/** Reads the number of partitions of those topics that exist. @throws AppError as `retryUntil` */
export async function partitionsOf(
  address: KafkaAddress,
  names: string[],
  timeoutMs: number,
): Promise<Map<string, number>> {
  await using opened = new AsyncDisposableStack();
  const admin = openAdmin(address);
  opened.defer(() => admin.close());
  const known = new Set(await retryUntil(() => admin.listTopics(), address, timeoutMs));
  const existing = names.filter((name) => known.has(name));
  if (existing.length === 0) return new Map();
  const { topics } = await admin.metadata({ topics: existing });
  return new Map(existing.map((name) => [name, topics.get(name)?.partitionsCount ?? 0]));
}

async function checkPartitions(admin: Admin, planned: PlannedTopic[]): Promise<void> {
  if (planned.length === 0) return;
  const { topics } = await admin.metadata({ topics: planned.map(({ name }) => name) });
  for (const { name, partitions } of planned) {
    const found = topics.get(name)?.partitionsCount;
    if (found === partitions) continue;
    throw new AppError(
      'topic-repartitioned',
      `The topic ${name} has ${found} partitions, not ${partitions}: keys would move and lose their order.`,
    );
  }
}
