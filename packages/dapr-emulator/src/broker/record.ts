/** A record before it is stored. `value` is the complete envelope. */
export type NewRecord = {
  topic: string;
  key: string | null;
  /** The partition. By default the key decides, or without a key the partitions take turns. */
  partition?: number;
  value: string;
  headers: Record<string, string>;
};

/** A stored record. The offsets of a partition have no gap. */
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

/** The key of a partition in maps. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Hashes a key like Dapr's Kafka producer: 32-bit FNV-1a of its UTF-8 bytes, made non-negative, modulo. */
export function partitionOfKey(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.abs(hash | 0) % partitions;
}
