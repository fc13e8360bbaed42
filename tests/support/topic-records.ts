import assert from 'node:assert/strict';
import { readTopic, type TopicRecord } from '@rondo/release-job/test/topic-client';
import type { Installation } from './installation.ts';

/** Reads the records of a topic where the broker keeps them, in the order of each partition. */
export async function recordsOn(installation: Installation, topic: string): Promise<TopicRecord[]> {
  if (installation.engine) return readTopic(installation.engine.kafkaAddress, topic);
  const rows = await installation.query(
    `SELECT key, value, headers FROM dapr_embedded.records WHERE topic = $1 ORDER BY partition, "offset"`,
    [topic],
  );
  return rows.map(({ key, value, headers }) => ({
    key: String(key),
    value: Buffer.from(String(value)),
    headers: JSON.parse(String(headers)) as Record<string, string>,
  }));
}

/** Checks that the first occurrences of each workspace's events are 1, 2, 3 … in order, and that each says what it is. */
export function assertInOrder(records: TopicRecord[], topic: string): void {
  const seqsOf = new Map<string, Set<number>>();
  for (const { key, value, headers } of records) {
    assert.equal(headers['content-type'], 'application/cloudevents+json', 'a CloudEvent in structured mode');
    const { data } = JSON.parse(value.toString()) as { data: { seq?: number } };
    if (data.seq === undefined) continue;
    const seqs = seqsOf.get(key) ?? new Set();
    seqsOf.set(key, seqs.add(data.seq));
  }
  assert.ok(seqsOf.size > 0, `${topic} has events`);
  for (const [key, seqs] of seqsOf) {
    const expected = Array.from({ length: seqs.size }, (_, index) => index + 1);
    assert.deepEqual([...seqs], expected, `the first occurrences of ${key} on ${topic}`);
  }
}
