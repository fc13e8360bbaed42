import type { Pool } from 'pg';
import { textColumn } from '@rondo/postgres/text-column';
import { partitionName, partitionOfKey, type NewRecord, type StoredRecord } from './record.ts';

const partitionsPerTopic = 8;
const recordsInMemory = 2_000;
const bytesInMemory = 2 * 1024 * 1024;
const recordsPerStatement = 1_000;

type QueuedAppend = { records: NewRecord[]; resolve: () => void; reject: (error: unknown) => void };

/** The newest records of a partition. Live consumers read them instead of PostgreSQL. */
type Tail = { records: StoredRecord[]; bytes: number };

/** `end` is the offset of the next record. All records before it are committed. */
type Partition = { end: number; tail: Tail };

/**
 * The durable log: topics of eight partitions in the table `dapr_embedded.records`. The broker holds an advisory lock, so
 * this log is the only writer and assigns offsets in memory. It reads them from the table again after a failed statement,
 * because the outcome may be unknown.
 *
 *   idle ──append──▶ writing ──commit──▶ idle, or writing all appends that were queued meanwhile (group commit)
 */
export class RecordLog {
  readonly #pool: Pool;
  readonly #partitions = new Map<string, Partition>();
  readonly #onAppended: (topic: string) => void;
  #queue: QueuedAppend[] = [];
  #writing: Promise<void> | undefined;
  #nextWithoutKey = 0;
  #isStale = true;
  #refreshing: Promise<void> | undefined;

  constructor(pool: Pool, onAppended: (topic: string) => void) {
    this.#pool = pool;
    this.#onAppended = onAppended;
  }

  get partitionsPerTopic(): number {
    return partitionsPerTopic;
  }

  /** Stores all records of a call or none. Resolves after the commit. */
  append(records: NewRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ records, resolve, reject });
      this.#writing ??= this.#writeQueued();
    });
  }

  /** Resolves when all queued records are written. */
  async drain(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Reads up to `limit` records from `offset` on. */
  async read(topic: string, partition: number, offset: number, limit: number): Promise<StoredRecord[]> {
    await this.#refresh();
    const found = this.#partition(topic, partition);
    if (offset >= found.end) return [];
    const first = found.tail.records[0]?.offset ?? found.end;
    if (offset >= first) return found.tail.records.slice(offset - first, offset - first + limit);
    const { rows } = await this.#pool.query<StoredRecord & { timestamp: string; headers: string }>({
      name: 'broker-read',
      text: `SELECT topic, partition, "offset", key, value, headers, (extract(epoch FROM appended_at) * 1000)::bigint AS timestamp
             FROM dapr_embedded.records WHERE topic = $1 AND partition = $2 AND "offset" >= $3 ORDER BY "offset" LIMIT $4`,
      values: [topic, partition, offset, limit],
    });
    return rows.map((row) => ({ ...row, headers: JSON.parse(row.headers) as Record<string, string> }));
  }

  /** The offset of the next record of a partition. */
  async nextOffset(topic: string, partition: number): Promise<number> {
    await this.#refresh();
    return this.#partition(topic, partition).end;
  }

  /** Whether memory knows of a record at or after `offset`. */
  has(topic: string, partition: number, offset: number): boolean {
    return this.#partition(topic, partition).end > offset;
  }

  async #writeQueued(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#refresh();
        const stored = this.#assignOffsets(batch.flatMap(({ records }) => records));
        await this.#insert(stored);
        for (const record of stored) this.#addToTail(record);
        for (const { resolve } of batch) resolve();
        for (const topic of new Set(stored.map(({ topic }) => topic))) this.#onAppended(topic);
      } catch (error) {
        this.#isStale = true;
        for (const { reject } of batch) reject(error);
      }
    }
    // In the same turn as the check of the queue, because a caller that was just answered may append at once.
    this.#writing = undefined;
  }

  #takeBatch(): QueuedAppend[] {
    let records = 0;
    const end = this.#queue.findIndex(
      (waiting, index) => (records += waiting.records.length) > recordsPerStatement && index > 0,
    );
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end);
  }

  #assignOffsets(records: NewRecord[]): StoredRecord[] {
    const assigned = new Map<Partition, number>();
    const timestamp = Date.now();
    return records.map(({ topic, key, value, headers, ...record }) => {
      const partition = record.partition ?? this.#partitionFor(key);
      const target = this.#partition(topic, partition);
      const offset = target.end + (assigned.get(target) ?? 0);
      assigned.set(target, offset - target.end + 1);
      return { topic, partition, offset, key, value, headers, timestamp };
    });
  }

  #partitionFor(key: string | null): number {
    if (key !== null) return partitionOfKey(key, partitionsPerTopic);
    this.#nextWithoutKey = (this.#nextWithoutKey + 1) % partitionsPerTopic;
    return this.#nextWithoutKey;
  }

  async #insert(records: StoredRecord[]): Promise<void> {
    const values = textColumn(records.map(({ value }) => value));
    const headers = textColumn(records.map((record) => JSON.stringify(record.headers)));
    await this.#pool.query({
      name: 'broker-append',
      text: `INSERT INTO dapr_embedded.records (topic, partition, "offset", key, value, headers)
             SELECT topic, partition, "offset", key,
                    convert_from(substring($5::bytea FROM value_start FOR value_length), 'UTF8'),
                    convert_from(substring($8::bytea FROM headers_start FOR headers_length), 'UTF8')::json
             FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $6::int[], $7::int[], $9::int[], $10::int[])
               AS given (topic, partition, "offset", key, value_start, value_length, headers_start, headers_length)`,
      values: [
        records.map(({ topic }) => topic),
        records.map(({ partition }) => partition),
        records.map(({ offset }) => offset),
        records.map(({ key }) => key),
        values.bytes,
        values.starts,
        values.lengths,
        headers.bytes,
        headers.starts,
        headers.lengths,
      ],
    });
  }

  #partition(topic: string, partition: number): Partition {
    const name = partitionName(topic, partition);
    let found = this.#partitions.get(name);
    if (!found) {
      found = { end: 0, tail: { records: [], bytes: 0 } };
      this.#partitions.set(name, found);
    }
    return found;
  }

  #addToTail(record: StoredRecord): void {
    const partition = this.#partition(record.topic, record.partition);
    const { tail } = partition;
    partition.end = record.offset + 1;
    tail.records.push(record);
    tail.bytes += record.value.length;
    if (tail.records.length <= recordsInMemory && tail.bytes <= bytesInMemory) return;
    // Half of the records at a time, because removing the first element of an array is slow.
    const dropped = tail.records.splice(0, Math.ceil(tail.records.length / 2));
    tail.bytes -= dropped.reduce((sum, { value }) => sum + value.length, 0);
  }

  /**
   * Reads the ends of all partitions from the table and clears the tails. Only one query runs at a time, because a late
   * result would undo appends that came after it.
   */
  async #refresh(): Promise<void> {
    if (!this.#isStale) return;
    this.#refreshing ??= this.#readEnds().finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  async #readEnds(): Promise<void> {
    const { rows } = await this.#pool.query<{ topic: string; partition: number; end: number }>(
      `SELECT topic, partition, max("offset") + 1 AS "end" FROM dapr_embedded.records GROUP BY topic, partition`,
    );
    for (const partition of this.#partitions.values()) {
      partition.end = 0;
      partition.tail = { records: [], bytes: 0 };
    }
    for (const { topic, partition, end } of rows) this.#partition(topic, partition).end = end;
    this.#isStale = false;
  }
}
