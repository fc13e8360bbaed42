import { openHostDatabase } from '../support/database.ts';
import type { Scenario } from '../support/scenario.ts';

const connections = 32;
const seconds = 5;

const tables = `
  CREATE SCHEMA bench_limit;
  CREATE TABLE bench_limit.tasks (
    id uuid PRIMARY KEY, workspace_id uuid NOT NULL, document text NOT NULL, created_at timestamptz NOT NULL
  );
  CREATE INDEX ON bench_limit.tasks (workspace_id, id);
  CREATE TABLE bench_limit.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, task_id uuid NOT NULL, event text NOT NULL)`;

const insertBoth = {
  name: 'limit',
  text: `
    WITH task AS (
      INSERT INTO bench_limit.tasks VALUES (uuidv7(), $1, $2, now()) RETURNING id, document
    ) INSERT INTO bench_limit.outbox (task_id, event) SELECT id, document FROM task`,
};

/** About as long as a stored task. */
const document = JSON.stringify({ title: 'x'.repeat(400) });
const workspaceId = '01890000-0000-7000-8000-000000000000';

/**
 * What this machine can do at most: one durable statement for each creation, which writes a task and an outbox row, and nothing
 * else. Each rate of a run is printed as a share of it, so that runs on different machines compare.
 */
export const limit: Scenario = {
  name: 'limit',
  async run({ dataDir }) {
    const pool = await openHostDatabase(dataDir, connections);
    try {
      await pool.query(tables);
      let written = 0;
      const began = performance.now();
      const ends = began + seconds * 1000;
      const insertUntilEnd = async () => {
        for (; performance.now() < ends; written += 1)
          await pool.query({ ...insertBoth, values: [workspaceId, document] });
      };
      await Promise.all(Array.from({ length: connections }, () => insertUntilEnd()));
      const rate = (written / (performance.now() - began)) * 1000;
      await pool.query('DROP SCHEMA bench_limit CASCADE');
      return [
        {
          name: 'limit: one statement with a task and an outbox row, 32 connections',
          value: Math.round(rate),
          unit: '/s',
        },
      ];
    } finally {
      await pool.end();
    }
  },
};
