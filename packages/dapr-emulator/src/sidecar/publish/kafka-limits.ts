import type { NewRecord } from '../../broker/record.ts';

/** Largest record that Dapr's Kafka producer sends, in bytes (its default `maxMessageBytes`). */
const maxRecordBytes = 1_048_576;
const recordOverhead = 36;
const headerOverhead = 10;
// A character is at most three bytes of UTF-8 for each of its units: whatever is shorter needs no counting.
const surelyFits = maxRecordBytes / 4;

/** Why Kafka's producer would not take a partition that was asked for, whatever the topic; undefined when it would. */
export function partitionRefusal({ partitionNumber }: Record<string, string>): string | undefined {
  if (partitionNumber === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(partitionNumber)) {
    const given = JSON.stringify(partitionNumber);
    return `invalid partitionNumber metadata value ${given}: strconv.ParseInt: parsing ${given}: invalid syntax`;
  }
  const number = Number(partitionNumber);
  return number < 0 ? `partitionNumber must be non-negative, got ${number}` : undefined;
}

/** Why Kafka's producer would not take this record, though it takes others beside it; undefined when it would. */
export function recordRefusal(record: NewRecord, partitions: number): string | undefined {
  if ((record.partition ?? 0) >= partitions)
    return `partition number ${record.partition} is out of range, topic has ${partitions} partitions`;
  const size = bytesIn(record);
  return size > maxRecordBytes
    ? `kafka: invalid configuration (Attempt to produce message larger than configured Producer.MaxMessageBytes: ${size} > ${maxRecordBytes})`
    : undefined;
}

function bytesIn({ key, value, headers }: NewRecord): number {
  const around = Object.entries(headers).reduce(
    (sum, [name, text]) => sum + Buffer.byteLength(name) + Buffer.byteLength(text) + headerOverhead,
    recordOverhead + Buffer.byteLength(key ?? ''),
  );
  return value.length + around < surelyFits ? around : around + Buffer.byteLength(value);
}
