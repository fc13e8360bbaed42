import type { Pool } from 'pg';
import { partitionName } from './record.ts';

const flushEveryMs = 100;

type Dirty = { group: string; topic: string; partition: number; next_offset: number };

/**
 * How far each consumer group has acknowledged. Kept in memory and written every 100 ms without waiting for the disk:
 * after a crash the last few records are delivered again, as with Kafka, and consumers know them.
 */
export class GroupOffsets implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #dirty = new Map<string, Dirty>();
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> = Promise.resolve();

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#timer = setInterval(() => this.#flushSoon(), flushEveryMs);
  }

  /** The next offset of a group, or undefined for one that never acknowledged anything there. */
  async read(group: string, topic: string, partition: number): Promise<number | undefined> {
    const waiting = this.#dirty.get(`${group} ${partitionName(topic, partition)}`);
    if (waiting) return waiting.next_offset;
    const { rows } = await this.#pool.query<{ next_offset: number }>(
      'SELECT next_offset FROM dapr_embedded.group_offsets WHERE consumer_group = $1 AND topic = $2 AND partition = $3',
      [group, topic, partition],
    );
    return rows[0]?.next_offset;
  }

  commit(group: string, topic: string, partition: number, nextOffset: number): void {
    this.#dirty.set(`${group} ${partitionName(topic, partition)}`, {
      group,
      topic,
      partition,
      next_offset: nextOffset,
    });
  }

  /** Writes what is known; what can't be written now stays for the next time. */
  async flush(): Promise<void> {
    this.#flushSoon();
    await this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #flushSoon(): void {
    this.#flushing = this.#flushing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    if (this.#dirty.size === 0) return;
    const rows = [...this.#dirty];
    try {
      await this.#pool.query({
        name: 'broker-commit-offsets',
        text: `WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
               INSERT INTO dapr_embedded.group_offsets (consumer_group, topic, partition, next_offset)
               SELECT given.* FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[]) AS given, lazily
               ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`,
        values: [
          rows.map(([, { group }]) => group),
          rows.map(([, { topic }]) => topic),
          rows.map(([, { partition }]) => partition),
          rows.map(([, row]) => row.next_offset),
        ],
      });
      for (const [name, row] of rows) if (this.#dirty.get(name) === row) this.#dirty.delete(name);
    } catch {
      // The database is away; the entries stay dirty.
    }
  }
}
