import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { systemClock } from '../../src/clock.ts';
import { createDaprClient } from '../../src/messaging/dapr-client.ts';
import { connectionSettings, openPool } from '@rondo/postgres/open-pool';
import { createLog } from '../../src/observability/log.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import type { Outbox } from '../../src/messaging/outbox.ts';
import { Relay, type RelayOptions } from '../../src/messaging/relay.ts';
import { noTracing } from '../../src/observability/tracing.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startScriptedSidecar, type PublishedEntry } from '../support/scripted-sidecar.ts';

/** Twice as long in JSON, and four times in JSON inside of JSON. */
const largeText = '"'.repeat(60_000);

type Row = { id: number; event_id: string; key: string; n: number; published_at: string | null };

const outbox: Outbox = {
  async read(client, limit, heldBack) {
    const { rows } = await client.query<Row>(
      'SELECT * FROM outbox WHERE published_at IS NULL AND key <> ALL ($2::text[]) ORDER BY id LIMIT $1',
      [limit, heldBack],
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

async function setUp(t: TestContext, { timeoutMs = 10_000 } = {}) {
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

const upTo = (count: number, key: string) => Array.from({ length: count }, (_, n) => ({ key, n }));
const seenOf = (accepted: PublishedEntry[], topic: string, key: string) =>
  accepted
    .filter((entry) => entry.topic === topic && entry.event['key'] === key)
    .map(({ event }) => event['n'] as number);
const firstSeen = (numbers: number[]) => numbers.filter((n, index) => numbers.indexOf(n) === index);

test('publishes everything to every topic in order, with ids, types and partition keys', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  await write([...upTo(120, 'a'), ...upTo(5, 'b')]);
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  for (const topic of ['left', 'right']) {
    assert.deepEqual(
      seenOf(sidecar.accepted, topic, 'a'),
      upTo(120, 'a').map(({ n }) => n),
    );
    assert.deepEqual(seenOf(sidecar.accepted, topic, 'b'), [0, 1, 2, 3, 4]);
  }
  const first = sidecar.accepted.find(({ topic }) => topic === 'left') ?? assert.fail();
  assert.deepEqual(first.metadata, {
    partitionKey: 'a',
    rawPayload: 'true',
    'content-type': 'application/cloudevents+json',
  });
  assert.deepEqual(first.envelope, {
    specversion: '1.0',
    id: first.entryId,
    source: 'test',
    type: 'test',
    time: '2026-11-21T05:00:00.000Z',
    topic: 'left',
    datacontenttype: 'application/json',
    data: { n: 0, key: 'a' },
  });
});

test('a refused event holds back the later ones of its key and no other key; nothing is skipped', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  let isBroken = true;
  sidecar.onPublish((topic) => ({
    refuse: ({ event }) => isBroken && topic === 'right' && event['key'] === 'a' && event['n'] === 1,
  }));
  await write([...upTo(4, 'a'), ...upTo(4, 'b')]);
  const running = relay();
  await eventually(async () => (await unpublished()).length === 3);
  assert.deepEqual(
    await unpublished(),
    [1, 2, 3].map((n) => ({ key: 'a', n })),
  );
  await write([
    { key: 'b', n: 4 },
    { key: 'a', n: 4 },
  ]);
  running.wake();
  await eventually(() => seenOf(sidecar.accepted, 'left', 'b').includes(4));
  isBroken = false;
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(
    firstSeen(seenOf(sidecar.accepted, 'right', 'a')).toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4],
  );
  const afterMending = seenOf(sidecar.accepted, 'right', 'a').slice(-4);
  assert.deepEqual(afterMending, [1, 2, 3, 4], 'the last word on the topic is in order');
});

for (const [what, outcome] of [
  ['answers 500 with nothing in it', { status: 500, body: '' }],
  ['answers garbage', { status: 500, body: '<html>' }],
  [
    'names an entry that was never sent',
    { status: 500, body: JSON.stringify({ failedEntries: [{ entryId: 'other' }] }) },
  ],
  ['says 500 and that nothing failed', { status: 500, body: JSON.stringify({ failedEntries: [] }) }],
  ['answers 200 instead of 204', { status: 200, body: '' }],
  ['never answers', 'hang'],
] as const) {
  test(`a publisher that ${what} marks nothing; everything is sent once it is well`, async (t) => {
    const { write, unpublished, sidecar, relay } = await setUp(t, {
      timeoutMs: outcome === 'hang' ? 300 : 10_000,
    });
    sidecar.onPublish(() => outcome);
    await write(upTo(3, 'a'));
    const running = relay();
    await eventually(() => sidecar.attempts >= 4);
    assert.equal((await unpublished()).length, 3);
    await eventually(async () => (await running.health()).lag_events === 3);
    sidecar.onPublish(() => 'accept');
    await eventually(async () => (await unpublished()).length === 0);
    assert.deepEqual(seenOf(sidecar.accepted, 'left', 'a'), [0, 1, 2]);
  });
}

test('no publication is larger than the sidecar accepts, however large its events are', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const events = upTo(70, 'large');
  const sizes: number[] = [];
  let together = 0;
  sidecar.onPublish((_topic, entries, bytes) => {
    sizes.push(bytes);
    together = Math.max(together, entries.length);
    return 'accept';
  });
  await write(events);
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  assert.ok(Math.max(...sizes) <= 4 * 1024 * 1024, `${Math.max(...sizes)} bytes`);
  assert.ok(together > 5, 'they go together all the same');
  assert.deepEqual(
    firstSeen(seenOf(sidecar.accepted, 'left', 'large')),
    events.map(({ n }) => n),
  );
});

test('under pressure it publishes more slowly, and still everything, in order', async (t) => {
  const { relay, sidecar, write, unpublished } = await setUp(t);
  await write(upTo(250, 'k'));
  relay({ isPressed: () => true });
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(
    seenOf(sidecar.accepted, 'left', 'k'),
    upTo(250, 'k').map(({ n }) => n),
  );
});

test('while the broker is down, a wake does not make it retry faster', async (t) => {
  const { write, sidecar, relay } = await setUp(t);
  sidecar.onPublish(() => ({ status: 500, body: '' }));
  await write(Array.from({ length: 300 }, (_, n) => ({ key: `key ${n}`, n })));
  const running = relay();
  await eventually(() => sidecar.attempts >= 6);
  const before = sidecar.attempts;
  for (let n = 0; n < 50; n += 1) {
    running.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(sidecar.attempts - before <= 2, `${sidecar.attempts - before} attempts`);
});

test('one of two relays owns the outbox; the other takes over when its session ends', async (t) => {
  const { write, unpublished, sidecar, relay, pool } = await setUp(t);
  const both = [relay(), relay()];
  await write(upTo(10, 'a'));
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(
    seenOf(sidecar.accepted, 'left', 'a'),
    upTo(10, 'a').map(({ n }) => n),
    'published by only one',
  );
  const states = await Promise.all(both.map((one) => one.health()));
  assert.equal(states.filter(({ detail }) => detail === 'standing by').length, 1);
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test relay' AND datname = current_database()`,
  );
  await write([{ key: 'a', n: 10 }]);
  await eventually(async () => (await unpublished()).length === 0);
});

test('events that were published and not yet removed when the relay died are published again', async (t) => {
  const { write, unpublished, sidecar, relay, url } = await setUp(t);
  await write(upTo(3, 'a'));
  const client = new Client(connectionSettings(url, 'blocker'));
  await client.connect();
  t.after(() => client.end());
  await client.query('BEGIN; SELECT * FROM outbox FOR UPDATE');
  const dying = relay();
  await eventually(() => sidecar.accepted.length === 6);
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test relay' AND datname = current_database()`,
  );
  await client.query('COMMIT');
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(firstSeen(seenOf(sidecar.accepted, 'left', 'a')), [0, 1, 2]);
  assert.ok(seenOf(sidecar.accepted, 'left', 'a').length > 3);
  await dying.stop();
});

test('in a long backlog, events behind a refused one wait for it, in every publication', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const keys = ['a', 'b', 'c', 'd', 'e'];
  await write(upTo(1_250, 'a'));
  await write(keys.slice(1).flatMap((key) => upTo(30, key)));
  let refusals = 0;
  sidecar.onPublish(() => ({
    refuse: ({ event }) => event['key'] === 'a' && event['n'] === 250 && (refusals += 1) <= 3,
  }));
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  assert.ok(refusals > 3);
  for (const topic of ['left', 'right']) {
    const seen = seenOf(sidecar.accepted, topic, 'a');
    const first = firstSeen(seen);
    // The rest of a publication that it was refused from is accepted, and comes again in order.
    const later = first.filter((n) => n >= 750);
    assert.ok(
      later.every((n) => seen.indexOf(n) > seen.indexOf(250)),
      'later publications wait',
    );
    for (const key of keys.slice(1))
      assert.deepEqual(
        firstSeen(seenOf(sidecar.accepted, topic, key)),
        upTo(30, key).map(({ n }) => n),
      );
  }
});

const lengthsOf = (publications: number[][]) => publications.map(({ length }) => length);

test('after a refusal a key goes on with one event, then two, four and eight; other keys go on as before', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const publications: number[][] = [];
  let isBroken = true;
  sidecar.onPublish((topic, entries) => {
    const numbers = entries.flatMap(({ event }) => (event['key'] === 'a' ? [event['n'] as number] : []));
    if (topic === 'left' && numbers.length > 0 && !isBroken) publications.push(numbers);
    return { refuse: ({ event }) => isBroken && event['key'] === 'a' };
  });
  await write([...upTo(100, 'a'), ...upTo(40, 'b')]);
  const running = relay();
  await eventually(async () => (await unpublished()).every(({ key }) => key === 'a'));
  isBroken = false;
  running.wake();
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(lengthsOf(publications), [1, 2, 4, 8, 16, 32, 37]);
  assert.deepEqual(
    publications.flat(),
    upTo(100, 'a').map(({ n }) => n),
  );
});

test('a publisher that delivers the later events of a publication without the earlier ones tears nothing apart', async (t) => {
  const { write, unpublished, sidecar, relay } = await setUp(t);
  const seen: Record<string, number[]> = { left: [], right: [] };
  let failures = 8;
  // As a producer that gives up on what it sent while the broker was unavailable, and delivers what it sends afterwards.
  sidecar.onPublish((topic, entries) => {
    const first = entries[0]?.entryId;
    const isTorn = failures > 0;
    failures -= 1;
    const refuse = (entry: PublishedEntry) => isTorn && entry.entryId === first;
    for (const entry of entries) if (!refuse(entry)) seen[topic]?.push(entry.event['n'] as number);
    return { refuse };
  });
  await write(upTo(100, 'a'));
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  for (const topic of ['left', 'right'])
    assert.deepEqual(
      firstSeen(seen[topic] ?? []),
      upTo(100, 'a').map(({ n }) => n),
    );
});

const tooLarge =
  'kafka: invalid configuration (Attempt to produce message larger than configured Producer.MaxMessageBytes: 1100436 > 1048576)';

test('an event that the broker refuses for its size is parked, and its key goes on', async (t) => {
  const { write, unpublished, sidecar, relay, pool } = await setUp(t);
  const sizes: number[] = [];
  sidecar.onPublish((topic, entries) => {
    const isLarge = ({ event }: PublishedEntry) =>
      topic === 'right' && event['key'] === 'a' && event['n'] === 1;
    if (entries.some(isLarge)) sizes.push(entries.length);
    return { refuse: (entry) => isLarge(entry) && tooLarge };
  });
  await write([...upTo(4, 'a'), ...upTo(4, 'b')]);
  relay();
  await eventually(async () => (await unpublished()).length === 0);
  assert.equal(sizes.at(-1), 1, 'it was offered by itself before it was given up');
  assert.deepEqual(firstSeen(seenOf(sidecar.accepted, 'right', 'a')), [0, 2, 3]);
  const { rows } = await pool.query<{
    workspace_id: string;
    topic: string;
    reason: string;
    cloud_event: string;
  }>('SELECT workspace_id, topic, reason, cloud_event FROM dead_letters');
  assert.deepEqual(
    rows.map(({ workspace_id, topic, reason }) => [workspace_id, topic, reason]),
    [['a', 'right', `too-large-for-broker: ${tooLarge}`]],
  );
  assert.deepEqual((JSON.parse(rows[0]?.cloud_event ?? '') as { data: object }).data, { n: 1, key: 'a' });
});

test('an event that no sidecar accepts for its size is parked without an answer of the sidecar', async (t) => {
  const { unpublished, relay, pool } = await setUp(t);
  const huge: Outbox = {
    ...outbox,
    read: async (client, limit, heldBack) =>
      (await outbox.read(client, limit, heldBack)).map((event) => ({
        ...event,
        body: JSON.stringify({ text: 'x'.repeat(4_200_000) }),
      })),
  };
  await pool.query(`INSERT INTO outbox (event_id, key, n) VALUES ('${v7()}', 'a', 0)`);
  relay({ outbox: huge });
  await eventually(async () => (await unpublished()).length === 0);
  const { rows } = await pool.query<{ topic: string }>('SELECT topic FROM dead_letters ORDER BY topic');
  assert.deepEqual(rows, [{ topic: 'left' }, { topic: 'right' }]);
});
