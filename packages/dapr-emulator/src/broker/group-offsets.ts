import type { Pool } from 'pg';
import { partitionName } from './record.ts';

const flushEveryMs = 100;

type Commit = { group: string; topic: string; partition: number; nextOffset: number };

/**
 * The committed offsets of consumer groups. They are kept in memory and written every 100 ms without waiting for the disk.
 * After a crash the last records are delivered again, as in Kafka.
 */
export class GroupOffsets implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #unwritten = new Map<string, Commit>();
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> = Promise.resolve();

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#timer = setInterval(() => this.#queueWrite(), flushEveryMs);
  }

  /** @returns the next offset of a group in a partition; undefined if it has not committed any */
  async read(group: string, topic: string, partition: number): Promise<number | undefined> {
    const waiting = this.#unwritten.get(`${group} ${partitionName(topic, partition)}`);
    if (waiting) return waiting.nextOffset;
    const { rows } = await this.#pool.query<{ next_offset: number }>(
      'SELECT next_offset FROM dapr_embedded.group_offsets WHERE consumer_group = $1 AND topic = $2 AND partition = $3',
      [group, topic, partition],
    );
    return rows[0]?.next_offset;
  }

  commit(group: string, topic: string, partition: number, nextOffset: number): void {
    this.#unwritten.set(`${group} ${partitionName(topic, partition)}`, {
      group,
      topic,
      partition,
      nextOffset,
    });
  }

  /** Writes all offsets. What fails is written with the next flush. */
  async flush(): Promise<void> {
    this.#queueWrite();
    await this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #queueWrite(): void {
    this.#flushing = this.#flushing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const rows = [...this.#unwritten];
    try {
      await this.#pool.query({
        name: 'broker-commit-offsets',
        text: `WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
               INSERT INTO dapr_embedded.group_offsets (consumer_group, topic, partition, next_offset)
               SELECT given.* FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[]) AS given, setting
               ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`,
        values: [
          rows.map(([, { group }]) => group),
          rows.map(([, { topic }]) => topic),
          rows.map(([, { partition }]) => partition),
          rows.map(([, { nextOffset }]) => nextOffset),
        ],
      });
      for (const [name, row] of rows) if (this.#unwritten.get(name) === row) this.#unwritten.delete(name);
    } catch {
      // The database is not available. The entries are written later.
    }
  }
}
