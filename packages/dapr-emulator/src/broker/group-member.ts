import type { StoredRecord } from './record.ts';

/** A member of a group asks its deliverer to handle records; resolves when every one of them is acknowledged. */
export type Deliver = (records: StoredRecord[], stopped: AbortSignal) => Promise<void>;

export type MemberOptions = {
  topic: string;
  /** `single`: each partition by itself, one record at a time. `bulk`: batches over all partitions of the member. */
  mode: { kind: 'single' } | { kind: 'bulk'; max_records: number; max_await_ms: number };
  deliver: Deliver;
};

/** What a group needs of the broker. */
export type GroupStore = {
  partitions: number;
  read(topic: string, partition: number, offset: number, limit: number): Promise<StoredRecord[]>;
  has(topic: string, partition: number, offset: number): boolean;
  /** Where the group begins in a partition that it has never acknowledged anything of, or goes on. */
  position(partition: number): Promise<number>;
  commit(partition: number, nextOffset: number): void;
  onFailure(error: unknown): void;
};

const pauseAfterFailureMs = 250;

/**
 * One member's consumption of the partitions that it was assigned. Serial in each partition; an offset is committed
 * only after its record is acknowledged.
 *
 *   waiting ──appended──▶ reading ▸ delivering (until acknowledged, however often) ▸ committing ▸ reading …
 */
export class MemberRun {
  readonly #options: MemberOptions;
  readonly #store: GroupStore;
  readonly #stopping = new AbortController();
  readonly #positions = new Map<number, number>();
  readonly #partitions: number[];
  readonly #wakers = new Set<() => void>();
  #ahead: Promise<StoredRecord[]> | undefined;
  #tickedAt = performance.now();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: MemberOptions, store: GroupStore, partitions: number[]) {
    this.#options = options;
    this.#store = store;
    this.#partitions = partitions;
  }

  start(): void {
    const { mode } = this.#options;
    this.#running =
      mode.kind === 'bulk'
        ? this.#untilStopped(() => this.#deliverBatch(mode))
        : Promise.all(
            this.#partitions.map((partition) => this.#untilStopped(() => this.#deliverNext(partition))),
          );
  }

  /** Lets what is being delivered end its current attempt, and takes nothing more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  wake(): void {
    for (const waker of this.#wakers) waker();
  }

  async #untilStopped(step: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await step();
      } catch (error) {
        this.#ahead = undefined;
        if (this.#stopping.signal.aborted) return;
        this.#store.onFailure(error);
        await this.#wait(pauseAfterFailureMs);
      }
    }
  }

  async #deliverNext(partition: number): Promise<void> {
    const records = await this.#next(partition, 100);
    if (records.length === 0) return this.#untilAppended([partition]);
    for (const record of records) {
      if (this.#stopping.signal.aborted) return;
      await this.#handle([record]);
    }
  }

  /** In a backlog, the next batch is read while one is being delivered. */
  async #deliverBatch(mode: { max_records: number; max_await_ms: number }): Promise<void> {
    let batch = await (this.#ahead ?? this.#collect(mode.max_records));
    this.#ahead = undefined;
    if (batch.length === 0) {
      await this.#untilAppended(this.#partitions);
      this.#passIdleTicks(mode.max_await_ms);
      return;
    }
    if (batch.length < mode.max_records) {
      await this.#wait(this.#tickedAt + mode.max_await_ms - performance.now());
      batch = await this.#collect(mode.max_records);
    }
    this.#tickedAt = performance.now();
    if (this.#stopping.signal.aborted) return;
    if (batch.length === mode.max_records) {
      this.#ahead = this.#collect(mode.max_records, batch);
      // Whoever awaits it meets the failure; it must not end the process when nobody comes to.
      this.#ahead.catch(() => undefined);
    }
    await this.#handle(batch);
  }

  /** A batch that is not full goes at the next tick, as with Dapr's ticker; those that found nothing are gone. */
  #passIdleTicks(everyMs: number): void {
    const passed = Math.floor((performance.now() - this.#tickedAt) / everyMs);
    this.#tickedAt += passed * everyMs;
  }

  /** What comes next, after the records that are under way. */
  async #collect(limit: number, underWay: StoredRecord[] = []): Promise<StoredRecord[]> {
    const passed = new Map(underWay.map(({ partition, offset }) => [partition, offset + 1]));
    const batch: StoredRecord[] = [];
    for (const partition of this.#partitions) {
      if (batch.length < limit)
        batch.push(...(await this.#next(partition, limit - batch.length, passed.get(partition))));
    }
    return batch;
  }

  async #next(partition: number, limit: number, from?: number): Promise<StoredRecord[]> {
    let position = from ?? this.#positions.get(partition);
    if (position === undefined) {
      position = await this.#store.position(partition);
      this.#positions.set(partition, position);
    }
    return this.#store.read(this.#options.topic, partition, position, limit);
  }

  async #handle(records: StoredRecord[]): Promise<void> {
    await this.#options.deliver(records, this.#stopping.signal);
    for (const { partition, offset } of records) {
      this.#positions.set(partition, offset + 1);
      this.#store.commit(partition, offset + 1);
    }
  }

  async #untilAppended(partitions: number[]): Promise<void> {
    const isThere = () =>
      partitions.some((partition) =>
        this.#store.has(this.#options.topic, partition, this.#positions.get(partition) ?? 0),
      );
    if (isThere() || this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const waker = () => {
        if (!isThere() && !this.#stopping.signal.aborted) return;
        this.#wakers.delete(waker);
        resolve();
      };
      this.#wakers.add(waker);
    });
  }

  async #wait(ms: number): Promise<void> {
    if (this.#stopping.signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#stopping.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#stopping.signal.addEventListener('abort', end);
    });
  }
}
