import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowestUuid } from '../../src/database/lowest-uuid.ts';
import { keysAfterSql, readKeysAfter } from '../../src/database/keys-after.ts';
import { openDatabase } from '../../src/database/database.ts';
import { openPool } from '@rondo/postgres/open-pool';
import { createTestDatabase } from '../support/database.ts';

const rows = { table: 'waiting', key: 'workspace_id', where: 'is_waiting' };
const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

type PlanNode = { 'Actual Rows': number; 'Actual Loops': number; Plans?: PlanNode[] };
const rowsOf = (node: PlanNode): number =>
  node['Actual Rows'] * node['Actual Loops'] +
  (node.Plans ?? []).map((plan) => rowsOf(plan)).reduce((sum, count) => sum + count, 0);

test('the keys of waiting rows are read in turn, one entry of the index for each', async (t) => {
  const { url } = await createTestDatabase(t);
  const pool = openPool(url, 'keys test', 1);
  t.after(() => pool.end());
  const database = openDatabase<object>(url, 'keys test', 1);
  t.after(() => database.destroy());
  await pool.query(`CREATE TABLE waiting (workspace_id uuid NOT NULL, id int NOT NULL, is_waiting boolean NOT NULL);
    CREATE INDEX ON waiting (workspace_id, id) WHERE is_waiting`);
  const counts = [20_000, 1, 3, 1, 1];
  for (const [n, count] of counts.entries())
    await pool.query('INSERT INTO waiting SELECT $1, id, $2 FROM generate_series(1, $3) AS id', [
      idOf(n),
      n !== 3,
      count,
    ]);
  const keys = (turn: { after: string; limit: number; except?: string[] }) =>
    readKeysAfter(database, rows, turn);
  assert.deepEqual(await keys({ after: lowestUuid, limit: 3 }), [0, 1, 2].map(idOf));
  assert.deepEqual(await keys({ after: idOf(1), limit: 3 }), [2, 4].map(idOf));
  assert.deepEqual(await keys({ after: idOf(4), limit: 3 }), []);
  assert.deepEqual(await keys({ after: lowestUuid, limit: 2, except: [idOf(0), idOf(2)] }), [1, 4].map(idOf));
  const plan = await pool.query<{ 'QUERY PLAN': string }>({
    text: `EXPLAIN (ANALYZE, FORMAT JSON) ${keysAfterSql(rows)}`,
    values: [lowestUuid, 10, []],
  });
  const text = plan.rows[0]?.['QUERY PLAN'] ?? '';
  const [found] = JSON.parse(text) as { Plan: PlanNode }[];
  assert.ok(found && rowsOf(found.Plan) < 100, text);
});
