import type { StoredRecord } from './record.ts';

/** Delivers records to a member of a group. Resolves when all of them are acknowledged. */
export type Deliver = (records: StoredRecord[], stopped: AbortSignal) => Promise<void>;

export type MemberOptions = {
  topic: string;
  /** `single`: one record at a time in each partition. `bulk`: batches over all partitions of the member. */
  mode: { kind: 'single' } | { kind: 'bulk'; maxRecords: number; maxAwaitMs: number };
  deliver: Deliver;
};

/** The records of one topic and the offsets of one group. */
export type GroupStore = {
  read(partition: number, offset: number, limit: number): Promise<StoredRecord[]>;
  /** Whether there is a record at or after `offset`. */
  has(partition: number, offset: number): boolean;
  /** The offset from which the group reads a partition. */
  position(partition: number): Promise<number>;
  commit(partition: number, nextOffset: number): void;
  onFailure(error: unknown): void;
};

const pauseAfterFailureMs = 250;

/**
 * Consumes the partitions that are assigned to a member of a group. Delivery is serial in each partition. The offset of a
 * record is committed after the record is acknowledged.
 *
 *   waiting ──appended──▶ reading ▸ delivering, with retries ▸ committing ▸ reading …
 */
export class MemberRun {
  readonly #options: MemberOptions;
  readonly #store: GroupStore;
  readonly #stopping = new AbortController();
  readonly #positions = new Map<number, number>();
  readonly #partitions: number[];
  readonly #wakers = new Set<() => void>();
  #nextBatch: Promise<StoredRecord[]> | undefined;
  #first = 0;
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
        ? this.#repeat(() => this.#deliverBatch(mode))
        : Promise.all(this.#partitions.map((partition) => this.#repeat(() => this.#deliverNext(partition))));
  }

  /** Ends after the current attempt to deliver. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  wake(): void {
    for (const waker of this.#wakers) waker();
  }

  async #repeat(step: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await step();
      } catch (error) {
        this.#nextBatch = undefined;
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
      await this.#deliver([record]);
    }
  }

  /** With a backlog, the next batch is read during a delivery. */
  async #deliverBatch(mode: { maxRecords: number; maxAwaitMs: number }): Promise<void> {
    let batch = await (this.#nextBatch ?? this.#collect(mode.maxRecords));
    this.#nextBatch = undefined;
    if (batch.length === 0) {
      await this.#untilAppended(this.#partitions);
      this.#skipIdleTicks(mode.maxAwaitMs);
      return;
    }
    if (batch.length < mode.maxRecords) {
      await this.#wait(this.#tickedAt + mode.maxAwaitMs - performance.now());
      batch = await this.#collect(mode.maxRecords);
    }
    this.#tickedAt = performance.now();
    if (this.#stopping.signal.aborted) return;
    if (batch.length === mode.maxRecords) {
      this.#nextBatch = this.#collect(mode.maxRecords, batch);
      // The next call handles the failure. Without a handler before that, it would crash the process.
      this.#nextBatch.catch(() => undefined);
    }
    await this.#deliver(batch);
  }

  /** A batch that is not full is delivered at the next tick, as in Dapr. Ticks without records are skipped. */
  #skipIdleTicks(everyMs: number): void {
    const ticks = Math.floor((performance.now() - this.#tickedAt) / everyMs);
    this.#tickedAt += ticks * everyMs;
  }

  /**
   * Reads the next records, after those of `inDelivery`. Each partition gets its share first, so that a backlog of one doesn't hold
   * back the others; what is left goes to those with more. Each time another partition is the first.
   */
  async #collect(limit: number, inDelivery: StoredRecord[] = []): Promise<StoredRecord[]> {
    const nextOffsets = new Map(inDelivery.map(({ partition, offset }) => [partition, offset + 1]));
    const batch: StoredRecord[] = [];
    this.#first = (this.#first + 1) % Math.max(this.#partitions.length, 1);
    const partitions = [...this.#partitions.slice(this.#first), ...this.#partitions.slice(0, this.#first)];
    for (const share of [Math.ceil(limit / partitions.length), limit]) {
      for (const partition of partitions) {
        const wanted = Math.min(share, limit - batch.length);
        if (wanted <= 0) return batch;
        const records = await this.#next(partition, wanted, nextOffsets.get(partition));
        const last = records.at(-1);
        if (last) nextOffsets.set(partition, last.offset + 1);
        batch.push(...records);
      }
    }
    return batch;
  }

  async #next(partition: number, limit: number, from?: number): Promise<StoredRecord[]> {
    let position = from ?? this.#positions.get(partition);
    if (position === undefined) {
      position = await this.#store.position(partition);
      this.#positions.set(partition, position);
    }
    return this.#store.read(partition, position, limit);
  }

  async #deliver(records: StoredRecord[]): Promise<void> {
    await this.#options.deliver(records, this.#stopping.signal);
    for (const { partition, offset } of records) {
      this.#positions.set(partition, offset + 1);
      this.#store.commit(partition, offset + 1);
    }
  }

  async #untilAppended(partitions: number[]): Promise<void> {
    const hasRecord = () =>
      partitions.some((partition) => this.#store.has(partition, this.#positions.get(partition) ?? 0));
    if (hasRecord() || this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const waker = () => {
        if (!hasRecord() && !this.#stopping.signal.aborted) return;
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
