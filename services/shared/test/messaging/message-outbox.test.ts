import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { lowestUuid } from '../../src/database/lowest-uuid.ts';
import { messageOutbox } from '../../src/messaging/message-outbox.ts';
import { createOutboxTurns } from '../../src/messaging/outbox-turns.ts';
import { createTestDatabase } from '../support/database.ts';

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const outbox = messageOutbox('public');

/** A client of a database with an outbox of messages. */
async function setUp(t: { after: (hook: () => unknown) => void }) {
  const { url } = await createTestDatabase(t);
  const client = new Client(connectionSettings(url, 'outbox test'));
  await client.connect();
  t.after(() => client.end());
  await client.query(`CREATE TABLE outbox (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, workspace_id uuid NOT NULL,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(), topic text NOT NULL DEFAULT 'test', type text NOT NULL DEFAULT 'test',
    body text NOT NULL DEFAULT '{}', traceparent text, created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ON outbox (workspace_id, id)`);
  return {
    client,
    write: (n: number, count: number) =>
      client.query('INSERT INTO outbox (workspace_id) SELECT $1 FROM generate_series(1, $2::int)', [
        idOf(n),
        count,
      ]),
  };
}

test('the first messages of each workspace are read in turn, in their order', async (t) => {
  const { client, write } = await setUp(t);
  await write(1, 50);
  await write(2, 3);
  await write(3, 1);
  const read = async (limit: number, after: string, heldBack: string[] = []) =>
    (await outbox.read(client, { limit, heldBack, after })).map(({ id }) => id);
  const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);
  assert.deepEqual(await read(100, lowestUuid), [...from(1, 20), ...from(51, 3), 54]);
  assert.deepEqual(await read(100, lowestUuid, [idOf(1)]), [...from(51, 3), 54]);
  assert.deepEqual(await read(100, idOf(2)), [54]);
  assert.deepEqual(await read(21, lowestUuid), [...from(1, 20), 51]);
});

test('each workspace has a turn beside long backlogs of many, and each one keeps its order', async (t) => {
  const { client, write } = await setUp(t);
  for (let n = 1; n <= 10; n += 1) await write(n, 100);
  await write(99, 2);
  const turns = createOutboxTurns(outbox);
  const published = new Map<string, number[]>();
  for (let round = 0; round < 3; round += 1) {
    const { events } = await turns.next(client, { limit: 100, heldBack: [] });
    for (const { id, partitionKey: key } of events) published.set(key, [...(published.get(key) ?? []), id]);
    await outbox.remove(
      client,
      events.map(({ id }) => id),
    );
  }
  assert.deepEqual(published.get(idOf(99)), [1_001, 1_002]);
  for (const ids of published.values())
    assert.deepEqual(
      ids,
      ids.map((_, index) => (ids[0] ?? 0) + index),
    );
});

test('the oldest of all that is read says how late publishing is, also in the turn of others', async (t) => {
  const { client, write } = await setUp(t);
  await write(1, 30);
  await client.query(`UPDATE outbox SET created_at = '2026-01-01T00:00:00Z'`);
  await write(2, 1);
  const turns = createOutboxTurns(outbox);
  await turns.next(client, { limit: 10, heldBack: [] });
  const { events, oldest } = await turns.next(client, { limit: 10, heldBack: [] });
  assert.equal(events[0]?.partitionKey, idOf(2));
  assert.equal(Date.parse(oldest ?? ''), Date.parse('2026-01-01T00:00:00Z'));
});

test('no plan of a short outbox is kept for a long one', async (t) => {
  const { client, write } = await setUp(t);
  for (let n = 0; n < 10; n += 1) {
    await write(1, 1);
    const [event] = await outbox.read(client, { limit: 10, heldBack: [] });
    await outbox.remove(client, [event?.id ?? 0]);
  }
  assert.equal((await client.query('SELECT FROM pg_prepared_statements')).rowCount, 0);
});
