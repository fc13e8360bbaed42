import type { TestContext } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import { systemClock } from '../../src/clock.ts';
import { createDaprClient } from '../../src/messaging/dapr-client.ts';
import type { Outbox } from '../../src/messaging/outbox.ts';
import { Relay, type RelayOptions } from '../../src/messaging/relay.ts';
import { createLog } from '../../src/observability/log.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { noTracing } from '../../src/observability/tracing.ts';
import { createTestDatabase } from './database.ts';
import { startScriptedSidecar, type PublishedEntry } from './scripted-sidecar.ts';

/** Twice as long in JSON, and four times in JSON inside of JSON. */
const largeText = '"'.repeat(60_000);

type Row = { id: number; event_id: string; key: string; n: number; published_at: string | null };

export const outbox: Outbox = {
  async read(client, { limit, heldBack, after }) {
    const { rows } = await client.query<Row>(
      `SELECT * FROM (
         SELECT *, row_number() OVER (PARTITION BY key ORDER BY id) AS place FROM outbox WHERE published_at IS NULL
       ) waiting
       WHERE key <> ALL ($2::text[]) AND ($3::text IS NULL OR (key > $3 AND place <= 20))
       ORDER BY CASE WHEN $3 IS NOT NULL THEN key END, id LIMIT $1`,
      [limit, heldBack, after ?? null],
    );
    return rows.map(({ id, event_id, key, n }) => ({
      id,
      event_id,
      partitionKey: key,
      type: 'test',
      time: '2026-11-21T05:00:00.000Z',
      body: JSON.stringify({ n, key, ...(key === 'large' ? { text: largeText } : {}) }),
      traceparent: null,
      topics: ['left', 'right'],
    }));
  },
  async remove(client, ids) {
    await client.query('UPDATE outbox SET published_at = now() WHERE id = ANY ($1::bigint[])', [ids]);
  },
  async backlog(client) {
    const { rows } = await client.query<{ events: number; oldest: string | null }>(
      'SELECT count(*) AS events, min(created_at) AS oldest FROM outbox WHERE published_at IS NULL',
    );
    return rows[0] ?? { events: 0, oldest: null };
  },
};

export async function setUp(t: TestContext, { timeoutMs = 10_000 } = {}) {
  const { url } = await createTestDatabase(t);
  const pool = openPool(url, 'relay test', 2);
  t.after(() => pool.end());
  await pool.query(`CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, key text NOT NULL,
    n int NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), published_at timestamptz);
    CREATE TABLE dead_letters (id uuid PRIMARY KEY, workspace_id text, topic text NOT NULL, event_id text, reason text NOT NULL,
    cloud_event json NOT NULL, redriven_at timestamptz)`);
  const sidecar = await startScriptedSidecar(t);
  const dapr = createDaprClient({ endpoint: sidecar.url, token: 'token-of-tests', timeoutMs });
  t.after(() => dapr[Symbol.asyncDispose]());
  return {
    url,
    sidecar,
    relay(more: Partial<RelayOptions> = {}) {
      const relay = new Relay({
        databaseUrl: url,
        name: 'test',
        outbox,
        schema: 'public',
        dapr,
        clock: systemClock,
        log: createLog('test', 'silent'),
        metrics: createMetrics('test'),
        tracing: noTracing,
        ...more,
      });
      t.after(() => relay.stop());
      relay.start();
      return relay;
    },
    async write(entries: { key: string; n: number }[]) {
      await pool.query(
        `INSERT INTO outbox (event_id, key, n)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])`,
        [entries.map(() => v7()), entries.map(({ key }) => key), entries.map(({ n }) => n)],
      );
    },
    async unpublished() {
      const { rows } = await pool.query<{ key: string; n: number }>(
        'SELECT key, n FROM outbox WHERE published_at IS NULL ORDER BY id',
      );
      return rows;
    },
    pool,
  };
}

export const upTo = (count: number, key: string) => Array.from({ length: count }, (_, n) => ({ key, n }));
export const seenOf = (accepted: PublishedEntry[], topic: string, key: string) =>
  accepted
    .filter((entry) => entry.topic === topic && entry.event['key'] === key)
    .map(({ event }) => event['n'] as number);
export const firstSeen = (numbers: number[]) => numbers.filter((n, index) => numbers.indexOf(n) === index);
