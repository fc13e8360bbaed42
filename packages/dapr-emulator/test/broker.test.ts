import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Pool } from 'pg';
import { openPool } from '@rondo/postgres/open-pool';
import { createDatabase } from '@rondo/postgres/test/test-database';
import { Broker } from '../src/broker/broker.ts';
import { EmulatorError } from '../src/emulator-error.ts';
import { RecordLog } from '../src/broker/record-log.ts';
import { partitionOfKey, type StoredRecord } from '../src/broker/record.ts';

async function createBroker(t: TestContext) {
  const { url } = await createDatabase(t);
  const pool = openPool(url, 'broker test', 1);
  t.after(() => pool.end());
  return { pool, open: () => Broker.open({ url }) };
}

/** Waits until `condition` holds; fails after 10 s. */
const until = (t: TestContext, condition: () => boolean) =>
  t.waitFor(() => assert.ok(condition(), 'not yet'), { interval: 10, timeout: 10_000 });

const record = (value: string) => ({ topic: 't', key: 'one', value, headers: {} });

/** Joins a group that acknowledges all records. @returns the values that it gets */
async function collect(broker: Broker): Promise<string[]> {
  const values: string[] = [];
  await broker.join(
    { group: 'g', initialOffset: 'oldest', isDurable: true },
    {
      topic: 't',
      mode: { kind: 'single' },
      deliver: async (records: StoredRecord[]) => void values.push(...records.map(({ value }) => value)),
    },
  );
  return values;
}

test('a caller can append again as soon as its append resolves', async (t) => {
  const { open } = await createBroker(t);
  await using broker = await open();
  const values = await collect(broker);
  for (const value of ['a', 'b', 'c']) await broker.append([record(value)]);
  await until(t, () => values.length === 3);
  assert.deepEqual(values, ['a', 'b', 'c']);
});

test('a late read of the table does not undo later appends', async (t) => {
  const { open, pool } = await createBroker(t);
  {
    await using broker = await open();
    await broker.append([record('a')]);
  }
  const late = Promise.withResolvers<void>();
  let reads = 0;
  const query = async (statement: string) => {
    const result = await pool.query(statement);
    if (typeof statement === 'string' && ++reads === 2) await late.promise;
    return result;
  };
  const log = new RecordLog({ query } as unknown as Pool, () => undefined);
  const partition = partitionOfKey('one', log.partitionsPerTopic);
  const [soon, later] = [log.nextOffset('t', partition), log.nextOffset('t', partition)];
  assert.equal(await soon, 1);
  await log.append([record('b')]);
  late.resolve();
  await later;
  assert.equal(await log.nextOffset('t', partition), 2);
});

test('offsets continue after all records of a partition were trimmed, so that groups miss nothing', async (t) => {
  const { open, pool } = await createBroker(t);
  {
    await using broker = await open();
    const values = await collect(broker);
    await broker.append([record('a'), record('b')]);
    await until(t, () => values.length === 2);
    await pool.query("UPDATE dapr_embedded.records SET appended_at = now() - interval '8 days'");
    await broker.trim(7);
  }
  const { rows } = await pool.query('SELECT value FROM dapr_embedded.records');
  assert.deepEqual(rows, [{ value: 'b' }], 'only the last record remains');
  await using broker = await open();
  const values = await collect(broker);
  await broker.append([record('c')]);
  await until(t, () => values.length === 1);
  assert.deepEqual(values, ['c']);
});

test('only one broker can use a database', async (t) => {
  const { open } = await createBroker(t);
  const broker = await open();
  t.after(() => broker[Symbol.asyncDispose]());
  await assert.rejects(open(), (error) => error instanceof EmulatorError && error.code === 'database-in-use');
});

test('a broker whose session was lost takes its database again, and no other broker gets it', async (t) => {
  const { open, pool } = await createBroker(t);
  await using _broker = await open();
  const holder = async () =>
    (
      await pool.query<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    ).rows[0]?.pid;
  const before = await holder();
  await pool.query('SELECT pg_terminate_backend($1)', [before]);
  await t.waitFor(async () => assert.ok(![undefined, before].includes(await holder())), {
    interval: 20,
    timeout: 10_000,
  });
  await assert.rejects(open(), (error) => error instanceof EmulatorError && error.code === 'database-in-use');
});

test('a backlog of a partition holds back no record of another one', async (t) => {
  const { open } = await createBroker(t);
  await using broker = await open();
  const keys = Array.from({ length: 200 }, (_, n) => `k${n}`);
  const keyOf = (partition: number) =>
    keys.find((key) => partitionOfKey(key, broker.partitionsPerTopic) === partition) ?? '';
  const of = (partition: number, count: number) =>
    Array.from({ length: count }, () => ({ ...record(String(partition)), key: keyOf(partition) }));
  await broker.append([...of(0, 500), ...of(1, 1), ...of(broker.partitionsPerTopic - 1, 1)]);
  const deliveries: string[][] = [];
  await broker.join(
    { group: 'g', initialOffset: 'oldest', isDurable: true },
    {
      topic: 't',
      mode: { kind: 'bulk', maxRecords: 50, maxAwaitMs: 1 },
      deliver: async (records: StoredRecord[]) => void deliveries.push(records.map(({ value }) => value)),
    },
  );
  await until(t, () => deliveries.flat().length === 502);
  const [first = []] = deliveries;
  assert.deepEqual([...new Set(first)].toSorted(), ['0', '1', '7']);
  assert.equal(first.length, 50);
});

test('a member takes turns with more partitions than a delivery has records', async (t) => {
  const { open } = await createBroker(t);
  await using broker = await open();
  const partitions = Array.from({ length: broker.partitionsPerTopic }, (_, partition) => partition);
  const keys = Array.from({ length: 200 }, (_, n) => `k${n}`);
  for (const partition of partitions) {
    const key = keys.find((one) => partitionOfKey(one, broker.partitionsPerTopic) === partition) ?? '';
    await broker.append(Array.from({ length: 20 }, () => ({ ...record(String(partition)), key })));
  }
  const values: string[] = [];
  await broker.join(
    { group: 'g', initialOffset: 'oldest', isDurable: true },
    {
      topic: 't',
      mode: { kind: 'bulk', maxRecords: 1, maxAwaitMs: 1 },
      deliver: async (records: StoredRecord[]) => void values.push(...records.map(({ value }) => value)),
    },
  );
  await until(t, () => values.length === 160);
  assert.equal(new Set(values.slice(0, partitions.length)).size, partitions.length);
});
