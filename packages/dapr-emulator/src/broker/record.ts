/** What a producer hands in: a Kafka record without its place. `value` is the complete envelope. */
export type NewRecord = {
  topic: string;
  key: string | null;
  /** A partition that the producer insists on; otherwise the key decides, and without a key it is the next in turn. */
  partition?: number;
  value: string;
  headers: Record<string, string>;
};

/** A record in its place: partition and offset never change, and offsets of a partition have no gap. */
export type StoredRecord = {
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  value: string;
  headers: Record<string, string>;
  /** Milliseconds since the epoch. */
  timestamp: number;
};

/** A partition's position, in maps. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** FNV-1a over the key's UTF-8 bytes (32 bit), made non-negative and taken modulo: how Dapr's Kafka producer hashes. */
export function partitionOfKey(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.abs(hash | 0) % partitions;
}
