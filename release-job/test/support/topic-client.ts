import { randomUUID } from 'node:crypto';
import { Consumer, Producer } from '@platformatic/kafka';
import { connectionOptionsOf, type KafkaAddress } from '../../src/kafka-address.ts';

/** A record as Kafka keeps it. */
export type TopicRecord = { key: string; value: Buffer; headers: Record<string, string> };

/** Reads all records of a topic from Kafka itself, in the order of each partition. */
export async function readTopic(address: KafkaAddress, topic: string): Promise<TopicRecord[]> {
  const consumer = new Consumer({
    clientId: 'topic-reader',
    groupId: `topic-reader-${randomUUID()}`,
    bootstrapBrokers: address.brokers.split(','),
    ...connectionOptionsOf(address),
  });
  try {
    const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
    const total = Number(ends.reduce((sum, end) => sum + end, 0n));
    const records: { partition: number; offset: bigint; record: TopicRecord }[] = [];
    if (total === 0) return [];
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'earliest',
      autocommit: false,
      maxWaitTime: 100,
    });
    for await (const { partition, offset, key, value, headers } of stream) {
      const texts = Object.fromEntries([...headers].map(([name, text]) => [String(name), String(text)]));
      records.push({ partition, offset, record: { key: String(key), value, headers: texts } });
      if (records.length === total) break;
    }
    await stream.close();
    return records
      .toSorted((left, right) => left.partition - right.partition || Number(left.offset - right.offset))
      .map(({ record }) => record);
  } finally {
    await consumer.close(true);
  }
}

/** Writes records to a topic of Kafka itself, past every sidecar. */
export async function writeRecords(
  address: KafkaAddress,
  topic: string,
  records: { key: string; value: Buffer }[],
): Promise<void> {
  const producer = new Producer({
    clientId: 'topic-writer',
    bootstrapBrokers: address.brokers.split(','),
    ...connectionOptionsOf(address),
  });
  try {
    const messages = records.map(({ key, value }) => ({ topic, key: Buffer.from(key), value }));
    await producer.send({ messages });
  } finally {
    await producer.close(true);
  }
}
