import { Client, type Pool } from 'pg';
import type { Log } from '@rondo/shared/observability/log';
import { connectionSettings, openPool } from '@rondo/postgres/open-pool';
import { migrate } from '@rondo/postgres/migrations';
import { StartError } from '@rondo/host-common/start-error';
import { MemberRun, type MemberOptions } from './group-member.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { NewRecord } from './record.ts';
import { RecordLog } from './record-log.ts';

export type GroupOptions = {
  group: string;
  /** Where a group begins that has acknowledged nothing yet. */
  initial_offset: 'oldest' | 'newest';
  /** false for the group of one replica: it begins anew each time and nothing of it is stored. */
  is_durable: boolean;
};

export type BrokerOptions = { url: string; log: Log; retention_days?: number };

type Group = GroupOptions & {
  topic: string;
  members: { options: MemberOptions; run: MemberRun | undefined }[];
  changing: Promise<void>;
};

const ownerLock = 'rondo embedded broker';
const trimEveryMs = 60 * 60 * 1000;
const trimBatch = 10_000;

/**
 * A broker with Kafka's semantics in PostgreSQL: keyed partitions, consumer groups with offsets of their own, serial
 * delivery in each partition, at least once. One broker at a time serves a database.
 */
export class Broker implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #owner: Client;
  readonly #log: Log;
  readonly #records: RecordLog;
  readonly #offsets: GroupOffsets;
  readonly #groups = new Map<string, Group>();
  readonly #trimTimer: NodeJS.Timeout;

  private constructor({ log, retention_days: retentionDays = 7 }: BrokerOptions, pool: Pool, owner: Client) {
    this.#pool = pool;
    this.#owner = owner;
    this.#log = log;
    this.#records = new RecordLog(pool, (topic) => this.#wake(topic));
    this.#offsets = new GroupOffsets(pool);
    const trim = () =>
      this.trim(retentionDays).catch((error: unknown) =>
        log.warn({ err: error }, 'old records stay for now'),
      );
    this.#trimTimer = setInterval(() => void trim(), trimEveryMs);
    this.#trimTimer.unref();
  }

  /** @throws StartError when another broker serves this database */
  static async open(options: BrokerOptions): Promise<Broker> {
    await migrate(options.url, {
      schema: 'dapr_embedded',
      directory: `${import.meta.dirname}/../../migrations`,
    });
    const settings = connectionSettings(options.url, 'rondo broker');
    const owner = new Client(settings);
    owner.on('error', () => undefined);
    await owner.connect();
    const { rows } = await owner.query<{ owned: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS owned',
      [ownerLock],
    );
    if (!rows[0]?.owned) {
      await owner.end();
      throw new StartError(
        'Another Rondo uses this database: stop it, or give this one a DATABASE_URL of its own.',
      );
    }
    const pool = openPool(options.url, 'rondo broker', 6);
    return new Broker(options, pool, owner);
  }

  get partitionsPerTopic(): number {
    return this.#records.partitionsPerTopic;
  }

  /** Stores records durably, all or none. Resolves after the commit. */
  append(records: NewRecord[]): Promise<void> {
    return this.#records.append(records);
  }

  /** Joins a group on a topic; its partitions are divided anew among its members. The answer leaves again. */
  async join(group: GroupOptions, options: MemberOptions): Promise<() => Promise<void>> {
    const name = `${group.group} ${options.topic}`;
    const joined = this.#groups.get(name) ?? {
      ...group,
      topic: options.topic,
      members: [],
      changing: Promise.resolve(),
    };
    this.#groups.set(name, joined);
    const member = { options, run: undefined };
    await this.#change(joined, () => joined.members.push(member));
    return async () => {
      await this.#change(joined, () => joined.members.splice(joined.members.indexOf(member), 1));
      // Whoever leaves in order has committed what it acknowledged, as in Kafka.
      await this.#offsets.flush();
    };
  }

  /** Removes records that are older than so many days, but each partition's last one: offsets are counted on from it. */
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
    for (const group of this.#groups.values()) await this.#change(group, () => (group.members.length = 0));
    await this.#records.drain();
    await this.#offsets[Symbol.asyncDispose]();
    await this.#pool.end();
    await this.#owner.end();
  }

  /** A rebalance: all members stop at what they have acknowledged, and go on with their share. */
  async #change(group: Group, change: () => unknown): Promise<void> {
    const rebalance = async () => {
      await Promise.all(group.members.map(async ({ run }) => run?.stop()));
      change();
      for (const [index, member] of group.members.entries()) {
        const partitions = Array.from(
          { length: this.#records.partitionsPerTopic },
          (_, partition) => partition,
        );
        const share = partitions.filter((partition) => partition % group.members.length === index);
        member.run = new MemberRun(member.options, this.#storeOf(group), share);
        member.run.start();
      }
    };
    group.changing = group.changing.then(rebalance);
    await group.changing;
  }

  #storeOf(group: Group) {
    const { topic } = group;
    const volatile = new Map<number, number>();
    return {
      partitions: this.#records.partitionsPerTopic,
      read: (name: string, partition: number, offset: number, limit: number) =>
        this.#records.read(name, partition, offset, limit),
      has: (name: string, partition: number, offset: number) => this.#records.has(name, partition, offset),
      position: async (partition: number) => {
        const known = group.is_durable
          ? await this.#offsets.read(group.group, topic, partition)
          : volatile.get(partition);
        return known ?? (group.initial_offset === 'oldest' ? 0 : this.#records.nextOffset(topic, partition));
      },
      commit: (partition: number, nextOffset: number) => {
        if (group.is_durable) this.#offsets.commit(group.group, topic, partition, nextOffset);
        else volatile.set(partition, nextOffset);
      },
      onFailure: (error: unknown) =>
        this.#log.warn({ err: error, topic, group: group.group }, 'consuming goes on after a pause'),
    };
  }

  #wake(topic: string): void {
    for (const group of this.#groups.values()) {
      if (group.topic === topic) for (const { run } of group.members) run?.wake();
    }
  }
}
