import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { eventually } from '../support/eventually.ts';
import type { Outbox } from '../../src/messaging/outbox.ts';
import { firstSeen, outbox, seenOf, setUp, upTo } from '../support/relay.ts';

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

test('under pressure it publishes more slowly, and still everything, in order', async (t) => {
  const { relay, sidecar, write, unpublished } = await setUp(t);
  await write(upTo(250, 'k'));
  relay({ pressure: () => 1 });
  await eventually(async () => (await unpublished()).length === 0);
  assert.deepEqual(
    seenOf(sidecar.accepted, 'left', 'k'),
    upTo(250, 'k').map(({ n }) => n),
  );
});

test('a backlog of one key holds back no event of another one', async (t) => {
  const { relay, sidecar, write, unpublished } = await setUp(t);
  await write([...upTo(2_500, 'import'), ...upTo(3, 'a')]);
  relay({ pressure: () => 1 });
  await eventually(() => seenOf(sidecar.accepted, 'left', 'a').length === 3);
  assert.ok(seenOf(sidecar.accepted, 'left', 'import').length < 2_000);
  await eventually(async () => (await unpublished()).length <= 2_300);
  const order = seenOf(sidecar.accepted, 'left', 'import');
  assert.deepEqual(
    order,
    upTo(order.length, 'import').map(({ n }) => n),
  );
});

test('a backlog waits in the outbox while another key publishes, and arrives as a whole, in order', async (t) => {
  const { relay, sidecar, write, unpublished } = await setUp(t);
  await write([...upTo(1_500, 'import'), ...upTo(1, 'a')]);
  let readsWithoutIt = 0;
  const watched: Outbox = {
    ...outbox,
    read(client, query) {
      if (query.heldBack.includes('import')) readsWithoutIt += 1;
      return outbox.read(client, query);
    },
  };
  relay({ outbox: watched, backlogPerSecond: 2_000 });
  await eventually(async () => (await unpublished()).length === 0);
  for (const topic of ['left', 'right'])
    assert.deepEqual(
      seenOf(sidecar.accepted, topic, 'import'),
      upTo(1_500, 'import').map(({ n }) => n),
    );
  assert.ok(readsWithoutIt > 0);
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
