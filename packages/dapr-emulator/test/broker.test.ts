import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import type { Pool } from 'pg';
import { openPool } from '@rondo/postgres/open-pool';
import { createLog } from '@rondo/shared/observability/log';
import { createTestDatabase } from '@rondo/shared/test/database';
import { eventually } from '@rondo/shared/test/eventually';
import { Broker } from '../src/broker/broker.ts';
import { RecordLog } from '../src/broker/record-log.ts';
import { partitionOfKey, type StoredRecord } from '../src/broker/record.ts';

const log = createLog('broker test', 'silent');

async function createBroker(t: TestContext) {
  const { url } = await createTestDatabase(t);
  const pool = openPool(url, 'broker test', 1);
  after(() => pool.end());
  return { pool, open: () => Broker.open({ url, log }) };
}

const record = (value: string) => ({ topic: 't', key: 'one', value, headers: {} });

/** Joins a group that acknowledges everything, and collects what it is given. */
async function collect(broker: Broker): Promise<string[]> {
  const values: string[] = [];
  await broker.join(
    { group: 'g', initial_offset: 'oldest', is_durable: true },
    {
      topic: 't',
      mode: { kind: 'single' },
      deliver: async (records: StoredRecord[]) => void values.push(...records.map(({ value }) => value)),
    },
  );
  return values;
}

test('who was just answered may append the next record at once', async (t) => {
  const { open } = await createBroker(t);
  await using broker = await open();
  const values = await collect(broker);
  for (const value of ['a', 'b', 'c']) await broker.append([record(value)]);
  await eventually(() => values.length === 3);
  assert.deepEqual(values, ['a', 'b', 'c']);
});

test('a reader whose look at the table comes back late does not take back what was appended meanwhile', async (t) => {
  const { open, pool } = await createBroker(t);
  {
    await using broker = await open();
    await broker.append([record('a')]);
  }
  const late = Promise.withResolvers<void>();
  let looks = 0;
  const query = async (statement: string) => {
    const answer = await pool.query(statement);
    if (typeof statement === 'string' && ++looks === 2) await late.promise;
    return answer;
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

test('a partition whose records were all trimmed counts on, so that its groups miss nothing', async (t) => {
  const { open, pool } = await createBroker(t);
  {
    await using broker = await open();
    const values = await collect(broker);
    await broker.append([record('a'), record('b')]);
    await eventually(() => values.length === 2);
    await pool.query("UPDATE dapr_embedded.records SET appended_at = now() - interval '8 days'");
    await broker.trim(7);
  }
  const { rows } = await pool.query('SELECT value FROM dapr_embedded.records');
  assert.deepEqual(rows, [{ value: 'b' }], 'what is old is gone, and the end of the partition is known');
  await using broker = await open();
  const values = await collect(broker);
  await broker.append([record('c')]);
  await eventually(() => values.length === 1);
  assert.deepEqual(values, ['c']);
});
