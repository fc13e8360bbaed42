import type { NewRecord } from '../../broker/record.ts';

/** The largest record of Dapr's Kafka producer, in bytes (the default of `maxMessageBytes`). */
const maxRecordBytes = 1_048_576;
const recordOverhead = 36;
const headerOverhead = 10;
// A UTF-16 unit has at most three bytes in UTF-8, so shorter values need no exact count.
const safeLength = maxRecordBytes / 4;

/** @returns why Kafka's producer would reject the requested partition, for any topic; undefined if it would not */
export function partitionError({ partitionNumber }: Record<string, string>): string | undefined {
  if (partitionNumber === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(partitionNumber)) {
    const quoted = JSON.stringify(partitionNumber);
    return `invalid partitionNumber metadata value ${quoted}: strconv.ParseInt: parsing ${quoted}: invalid syntax`;
  }
  const number = Number(partitionNumber);
  return number < 0 ? `partitionNumber must be non-negative, got ${number}` : undefined;
}

/** @returns why Kafka's producer would reject this record of a batch; undefined if it would not */
export function recordError(record: NewRecord, partitions: number): string | undefined {
  if ((record.partition ?? 0) >= partitions)
    return `partition number ${record.partition} is out of range, topic has ${partitions} partitions`;
  const size = sizeOf(record);
  return size > maxRecordBytes
    ? `kafka: invalid configuration (Attempt to produce message larger than configured Producer.MaxMessageBytes: ${size} > ${maxRecordBytes})`
    : undefined;
}

function sizeOf({ key, value, headers }: NewRecord): number {
  const overhead = Object.entries(headers).reduce(
    (sum, [name, text]) => sum + Buffer.byteLength(name) + Buffer.byteLength(text) + headerOverhead,
    recordOverhead + Buffer.byteLength(key ?? ''),
  );
  return value.length + overhead < safeLength ? overhead : overhead + Buffer.byteLength(value);
}
