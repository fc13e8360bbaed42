import { randomUUID } from 'node:crypto';
import { Consumer, findErrorBy, Producer } from '@platformatic/kafka';
import { connectionOptionsOf, type KafkaAddress } from '../../src/kafka-address.ts';

/** Whether the broker lets the user of an address write a record to a topic. It writes one. */
export async function canWrite(address: KafkaAddress, topic: string): Promise<boolean> {
  const producer = new Producer({ ...clientOptions(address), retries: 0 });
  try {
    return await isAuthorized(
      producer.send({ messages: [{ topic, key: Buffer.from('key'), value: Buffer.from('value') }] }),
    );
  } finally {
    await producer.close(true);
  }
}

/** Whether the broker lets the user of an address read the records of a topic's first partition. */
export async function canRead(address: KafkaAddress, topic: string): Promise<boolean> {
  const consumer = new Consumer({ ...clientOptions(address), retries: 0, groupId: randomUUID() });
  try {
    return await isAuthorized(readFirst(consumer, topic));
  } finally {
    await consumer.close(true);
  }
}

async function readFirst(consumer: Consumer, topic: string): Promise<void> {
  const { topics, brokers } = await consumer.metadata({ topics: [topic] });
  const leader = topics.get(topic)?.partitions[0]?.leader ?? [...brokers.keys()][0] ?? 0;
  await consumer.fetch({
    node: leader,
    maxWaitTime: 1,
    topics: [
      {
        topicId: topics.get(topic)?.id ?? '',
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: -1,
            fetchOffset: 0n,
            lastFetchedEpoch: -1,
            partitionMaxBytes: 1024,
          },
        ],
      },
    ],
  });
}

/** Whether the broker lets the user of an address join a consumer group. */
export async function canJoin(address: KafkaAddress, groupId: string): Promise<boolean> {
  const consumer = new Consumer({ ...clientOptions(address), retries: 0, groupId });
  try {
    return await isAuthorized(consumer.findGroupCoordinator());
  } finally {
    await consumer.close(true);
  }
}

const clientOptions = (address: KafkaAddress) => ({
  clientId: 'access-test',
  bootstrapBrokers: address.brokers.split(','),
  ...connectionOptionsOf(address),
});

/** Authorization errors of the protocol: a topic's and a group's. */
const refusals = ['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'];

async function isAuthorized(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isOneOf = (ids: string[]) => ids.some((id) => findErrorBy(error, 'apiId', id) !== null);
    if (isOneOf(refusals)) return false;
    // Rights come first: a broker that has just started doesn't coordinate groups yet.
    if (isOneOf(['COORDINATOR_NOT_AVAILABLE'])) return true;
    throw error;
  }
}
