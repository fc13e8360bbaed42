import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import type { Outbox } from '../../src/messaging/outbox.ts';
import { eventually } from '../support/eventually.ts';
import { firstSeen, outbox, seenOf, setUp, upTo } from '../support/relay.ts';
import type { PublishedEntry } from '../support/scripted-sidecar.ts';

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
    read: async (client, query) =>
      (await outbox.read(client, query)).map((event) => ({
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
