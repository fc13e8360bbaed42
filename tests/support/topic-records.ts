import assert from 'node:assert/strict';
import { readTopic, type TopicRecord } from '@rondo/release-job/test/topic-client';
import { largestWindow } from '@rondo/shared/messaging/key-windows';
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

/**
 * Checks that the first occurrences of each workspace's events are 1, 2, 3 … in order, and that each says what it is.
 * @param torn how often a publication of a workspace may have been torn apart (ADR 0029): its last events come before its first ones, and
 *   nothing else comes between them
 */
export function assertInOrder(records: TopicRecord[], topic: string, torn = 0): void {
  const seqsOf = new Map<string, Set<number>>();
  for (const { key, value, headers } of records) {
    assert.equal(headers['content-type'], 'application/cloudevents+json', 'a CloudEvent in structured mode');
    const { data } = JSON.parse(value.toString()) as { data: { seq?: number } };
    if (data.seq === undefined) continue;
    const seqs = seqsOf.get(key) ?? new Set();
    seqsOf.set(key, seqs.add(data.seq));
  }
  assert.ok(seqsOf.size > 0, `${topic} has events`);
  for (const [key, seqs] of seqsOf)
    assertSeqsInOrder([...seqs], torn, `the first occurrences of ${key} on ${topic}`);
}

/** Checks that a permutation of 1 … n is in order but for `torn` windows, each of which begins with its end. */
export function assertSeqsInOrder(seqs: number[], torn: number, what: string): void {
  const inOrder = Array.from({ length: seqs.length }, (_, index) => index + 1);
  let left = torn;
  for (let at = 0; at < seqs.length; at += 1) {
    const early = seqs[at] ?? 0;
    if (early === at + 1) continue;
    const end = seqs.indexOf(at + 1) + early - at - 1;
    const found = seqs.slice(at, end);
    const expected = [...inOrder.slice(early - 1, end), ...inOrder.slice(at, early - 1)];
    assert.deepEqual(found, expected, `${what}: after ${at}`);
    assert.ok(found.length <= largestWindow, `${what}: ${found.length} events are torn apart after ${at}`);
    assert.ok((left -= 1) >= 0, `${what}: torn apart more than ${torn} times, at last after ${at}`);
    at = end - 1;
  }
  assert.deepEqual(
    seqs.toSorted((left, right) => left - right),
    inOrder,
    what,
  );
}
