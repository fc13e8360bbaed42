import { Admin } from '@platformatic/kafka';
import { AppError } from '@rondo/shared/errors';
import type { PlannedTopic } from './topic-plan.ts';

export type KafkaAddress = { brokers: string; username?: string | undefined; password?: string | undefined };

/** Opens an administrator of a Kafka: unencrypted without a username, otherwise SASL PLAIN over TLS. The caller closes it. */
export function openAdmin({ brokers, username, password }: KafkaAddress): Admin {
  return new Admin({
    clientId: 'rondo-release-job',
    bootstrapBrokers: brokers.split(','),
    connectTimeout: 2_000,
    requestTimeout: 20_000,
    retries: 0,
    ...(username === undefined
      ? {}
      : { tls: {}, sasl: { mechanism: 'PLAIN', username, password: password ?? '' } }),
  });
}

/**
 * Creates the topics that are missing and returns their names. Waits `timeoutMs` for the broker.
 * @throws AppError `broker-unavailable`, `topic-repartitioned` if a topic has fewer or more partitions than planned
 */
export async function createTopics(
  address: KafkaAddress,
  planned: PlannedTopic[],
  { replicas, timeoutMs }: { replicas: number; timeoutMs: number },
): Promise<{ created: string[] }> {
  await using opened = new AsyncDisposableStack();
  const admin = openAdmin(address);
  opened.defer(() => admin.close());
  const existing = new Set(await retryUntil(() => admin.listTopics(), timeoutMs, address.brokers));
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

/** Reads the number of partitions of those topics that exist. @throws AppError `broker-unavailable` after `timeoutMs` */
export async function partitionsOf(
  address: KafkaAddress,
  names: string[],
  timeoutMs: number,
): Promise<Map<string, number>> {
  await using opened = new AsyncDisposableStack();
  const admin = openAdmin(address);
  opened.defer(() => admin.close());
  const known = new Set(await retryUntil(() => admin.listTopics(), timeoutMs, address.brokers));
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

/** Repeats a request that fails until it succeeds or the time is over. */
async function retryUntil<Result>(
  ask: () => Promise<Result>,
  timeoutMs: number,
  brokers: string,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      if (performance.now() > deadline) {
        throw new AppError(
          'broker-unavailable',
          `No Kafka answered at ${brokers} within ${timeoutMs / 1000} s.`,
          { cause },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
