import { openPool } from '@rondo/postgres/open-pool';
import type { Pool } from 'pg';
import { silentLog, type Log } from '../log.ts';
import { migrateEmulator } from '../migrate-emulator.ts';
import { MemberRun, type GroupStore, type MemberOptions } from './group-member.ts';
import { GroupOffsets } from './group-offsets.ts';
import { OwnerLock } from './owner-lock.ts';
import type { NewRecord } from './record.ts';
import { RecordLog } from './record-log.ts';

export type GroupOptions = {
  group: string;
  /** Where a group without offsets begins. */
  initialOffset: 'oldest' | 'newest';
  /** false: the offsets of the group are not stored, and it begins again after a restart. */
  isDurable: boolean;
};

export type BrokerOptions = { url: string; isMigrated?: boolean; log?: Log; retentionDays?: number };

type Group = GroupOptions & {
  topic: string;
  members: { options: MemberOptions; run: MemberRun | undefined }[];
  rebalancing: Promise<void>;
};

const trimEveryMs = 60 * 60 * 1000;
const trimBatch = 10_000;

/**
 * A broker with Kafka's semantics in PostgreSQL: keyed partitions, consumer groups with offsets, serial delivery in each
 * partition, at least once. Only one broker can use a database at a time.
 */
export class Broker implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #owner: OwnerLock;
  readonly #log: Log;
  readonly #records: RecordLog;
  readonly #offsets: GroupOffsets;
  readonly #groups = new Map<string, Group>();
  readonly #trimTimer: NodeJS.Timeout;

  private constructor({ log = silentLog, retentionDays = 7 }: BrokerOptions, pool: Pool, owner: OwnerLock) {
    this.#pool = pool;
    this.#owner = owner;
    this.#log = log;
    this.#records = new RecordLog(pool, (topic) => this.#wake(topic));
    this.#offsets = new GroupOffsets(pool);
    const trim = () =>
      this.trim(retentionDays).catch((error: unknown) =>
        log.warn({ err: error }, 'old records could not be removed'),
      );
    this.#trimTimer = setInterval(() => void trim(), trimEveryMs);
    this.#trimTimer.unref();
  }

  /** @throws EmulatorError `database-in-use` */
  static async open(options: BrokerOptions): Promise<Broker> {
    if (!options.isMigrated) await migrateEmulator(options.url);
    const owner = await OwnerLock.take(options.url, options.log ?? silentLog);
    const pool = openPool(options.url, 'dapr-emulator broker', 6);
    return new Broker(options, pool, owner);
  }

  get partitionsPerTopic(): number {
    return this.#records.partitionsPerTopic;
  }

  /** Stores records durably, all or none. Resolves after the commit. */
  append(records: NewRecord[]): Promise<void> {
    return this.#records.append(records);
  }

  /** Joins a group on a topic, which rebalances its partitions. @returns a function that leaves the group */
  async join(group: GroupOptions, options: MemberOptions): Promise<() => Promise<void>> {
    const name = `${group.group} ${options.topic}`;
    const joined = this.#groups.get(name) ?? {
      ...group,
      topic: options.topic,
      members: [],
      rebalancing: Promise.resolve(),
    };
    this.#groups.set(name, joined);
    const member = { options, run: undefined };
    await this.#rebalance(joined, () => joined.members.push(member));
    return async () => {
      await this.#rebalance(joined, () => joined.members.splice(joined.members.indexOf(member), 1));
      // As in Kafka, a member that leaves has committed what it acknowledged.
      await this.#offsets.flush();
    };
  }

  /** Removes records older than `retentionDays`. The last one of a partition stays, because offsets continue from it. */
  async trim(retentionDays: number): Promise<void> {
    for (;;) {
      const { rowCount } = await this.#pool.query(
        `DELETE FROM dapr_embedded.records WHERE ctid IN (
           SELECT ctid FROM dapr_embedded.records old
           WHERE appended_at < now() - make_interval(days => $1) AND "offset" < (
             SELECT max("offset") FROM dapr_embedded.records newest
             WHERE newest.topic = old.topic AND newest.partition = old.partition
           ) LIMIT $2)`,
        [retentionDays, trimBatch],
      );
      if ((rowCount ?? 0) < trimBatch) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#trimTimer);
    for (const group of this.#groups.values()) await this.#rebalance(group, () => (group.members.length = 0));
    await this.#records.drain();
    await this.#offsets[Symbol.asyncDispose]();
    await this.#pool.end();
    await this.#owner[Symbol.asyncDispose]();
  }

  /** Stops all members of a group, changes the members, and starts them with their new partitions. */
  async #rebalance(group: Group, change: () => unknown): Promise<void> {
    const rebalance = async () => {
      await Promise.all(group.members.map(async ({ run }) => run?.stop()));
      change();
      for (const [index, member] of group.members.entries()) {
        const partitions = Array.from(
          { length: this.#records.partitionsPerTopic },
          (_, partition) => partition,
        ).filter((partition) => partition % group.members.length === index);
        member.run = new MemberRun(member.options, this.#storeOf(group), partitions);
        member.run.start();
      }
    };
    group.rebalancing = group.rebalancing.then(rebalance);
    await group.rebalancing;
  }

  #storeOf(group: Group): GroupStore {
    const { topic } = group;
    const volatile = new Map<number, number>();
    return {
      read: (partition, offset, limit) => this.#records.read(topic, partition, offset, limit),
      has: (partition, offset) => this.#records.has(topic, partition, offset),
      position: async (partition) => {
        const known = group.isDurable
          ? await this.#offsets.read(group.group, topic, partition)
          : volatile.get(partition);
        return known ?? (group.initialOffset === 'oldest' ? 0 : this.#records.nextOffset(topic, partition));
      },
      commit: (partition, nextOffset) => {
        if (group.isDurable) this.#offsets.commit(group.group, topic, partition, nextOffset);
        else volatile.set(partition, nextOffset);
      },
      onFailure: (error) =>
        this.#log.warn({ err: error, topic, group: group.group }, 'consuming continues after a pause'),
    };
  }

  #wake(topic: string): void {
    for (const group of this.#groups.values()) {
      if (group.topic === topic) for (const { run } of group.members) run?.wake();
    }
  }
}
