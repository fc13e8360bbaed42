import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { sql } from 'kysely';
import { v7 } from 'uuid';
import { TaskEvent } from '../../src/contracts/task-event.ts';
import { openDatabase } from '../../src/database/database.ts';
import { canWrite } from '../../src/messaging/can-write.ts';
import type { CloudEvent } from '../../src/messaging/cloud-event.ts';
import { createConsumer } from '../../src/messaging/consumer.ts';
import { createLog } from '../../src/observability/log.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createTestDatabase } from '../support/database.ts';
import { taskEvent } from '../support/task-event.ts';

const { url } = await createTestDatabase({ after });
const database = openDatabase<object>(url, 'slow events test', 3);
after(() => database.destroy());
await sql`CREATE SCHEMA test`.execute(database);
await sql`CREATE TABLE test.inbox (event_id uuid PRIMARY KEY)`.execute(database);
await sql`CREATE TABLE test.effects (event_id uuid PRIMARY KEY)`.execute(database);
await sql`CREATE TABLE test.dead_letters (id uuid PRIMARY KEY, workspace_id uuid, topic text, event_id text, reason text, stack text,
  cloud_event json, redriven_at timestamptz)`.execute(database);

/** The ids of events whose statement takes longer than the timeout, or those of all of them. */
let slow: Set<string> | 'all' = new Set();
beforeEach(async () => {
  slow = new Set();
  await sql`TRUNCATE test.inbox, test.effects, test.dead_letters`.execute(database);
});

const of = (workspaceId: string): CloudEvent => {
  const data = taskEvent(workspaceId, 1);
  return { id: data.event_id, source: 'todo-service', topic: 'task-events', data };
};
const slowOf = (workspaceId: string): CloudEvent => {
  const event = of(workspaceId);
  if (slow !== 'all' && event.id) slow.add(event.id);
  return event;
};

/** A consumer, and the events of a partition: each round delivers what is left, as a sidecar does. */
function consume(events: CloudEvent[], { knownBy = 'inbox' }: { knownBy?: 'inbox' | 'effect' } = {}) {
  const { process } = createConsumer({
    database,
    schema: 'test',
    event: TaskEvent,
    writers: new Set(['todo-service']),
    knownBy,
    async handle(given, trx) {
      await sql`SET LOCAL statement_timeout = '15ms'`.execute(trx);
      for (const { event_id: id } of given) {
        if (slow === 'all' || slow.has(id)) await sql`SELECT pg_sleep(10)`.execute(trx);
        await sql`INSERT INTO test.effects VALUES (${id})`.execute(trx);
      }
    },
    log: createLog('test', 'silent'),
    metrics: createMetrics('test'),
  });
  let left = events;
  const dropped: CloudEvent[] = [];
  return {
    dropped,
    left: () => left,
    async rounds(count: number) {
      for (let round = 0; round < count && left.length > 0; round += 1) {
        const verdicts = await process(left);
        dropped.push(...left.filter((_, index) => verdicts[index] === 'DROP'));
        left = left.filter((_, index) => verdicts[index] === 'RETRY');
      }
    },
    process,
  };
}

const effects = async () =>
  new Set(
    (await sql<{ id: string }>`SELECT event_id AS id FROM test.effects`.execute(database)).rows.map(
      ({ id }) => id,
    ),
  );
const letters = async () =>
  (
    await sql<{ event_id: string; reason: string }>`SELECT event_id, reason FROM test.dead_letters`.execute(
      database,
    )
  ).rows;

test('an event that is too slow by itself becomes a dead letter, and holds its neighbours for three deliveries', async () => {
  const ada = v7();
  const poison = slowOf(ada);
  const neighbours = [of(ada), of(v7()), of(v7())];
  const partition = consume([poison, ...neighbours]);
  await partition.rounds(3);
  assert.equal(partition.left().length, 4, 'it may be the database');
  await partition.rounds(2);
  assert.deepEqual(partition.left(), [poison]);
  assert.deepEqual(await effects(), new Set(neighbours.map(({ id }) => id)));
  for (let round = 0; partition.left().length > 0 && round < 10; round += 1) {
    assert.deepEqual(await partition.process([of(v7())]), ['SUCCESS'], 'of another partition');
    await partition.rounds(1);
  }
  assert.deepEqual(partition.dropped, [poison]);
  const [letter, ...more] = await letters();
  assert.deepEqual([letter?.event_id, more], [poison.id, []]);
  assert.match(letter?.reason ?? '', /^handler-too-slow: canceling statement due to statement timeout/);
});

test('many slow events of one person in a delivery are dropped, and their neighbours processed first', async () => {
  const ada = v7();
  const poison = Array.from({ length: 5 }, () => slowOf(ada));
  const neighbours = Array.from({ length: 5 }, () => of(v7()));
  const partition = consume(poison.flatMap((event, index) => [event, neighbours[index] ?? event]));
  await partition.rounds(3 + 6);
  assert.deepEqual(new Set(partition.left()), new Set(poison));
  for (let round = 0; partition.left().length > 0 && round < 50; round += 1) {
    await partition.process([of(v7())]);
    await partition.rounds(1);
  }
  assert.deepEqual(new Set(partition.dropped), new Set(poison));
});

test('a database that is slow for everybody moves nothing to the dead letters', async () => {
  const events = [of(v7()), of(v7()), of(v7())];
  const partition = consume(events);
  slow = 'all';
  await partition.rounds(200);
  assert.deepEqual([partition.left().length, await letters()], [3, []]);
  slow = new Set();
  await partition.rounds(1);
  assert.deepEqual(await effects(), new Set(events.map(({ id }) => id)));
});

test('other events of the same workspace prove nothing; sixty timeouts do where nobody else has any', async () => {
  const ada = v7();
  const poison = slowOf(ada);
  const partition = consume([poison]);
  await partition.rounds(3);
  for (let round = 1; round < 60; round += 1) {
    await partition.process([of(ada)]);
    await partition.rounds(1);
  }
  assert.deepEqual(partition.left(), [poison]);
  await partition.rounds(1);
  assert.deepEqual(partition.dropped, [poison]);
});

test('a timeout proves nothing while the database does not write', async () => {
  const poison = slowOf(v7());
  const partition = consume([poison], { knownBy: 'effect' });
  const roundWithWitness = async () => {
    assert.deepEqual(await partition.process([of(v7())]), ['SUCCESS']);
    await partition.rounds(1);
  };
  await sql`ALTER TABLE test.inbox RENAME TO away`.execute(database);
  for (let round = 0; round < 10; round += 1) await roundWithWitness();
  await sql`ALTER TABLE test.away RENAME TO inbox`.execute(database);
  for (let round = 0; round < 5; round += 1) await roundWithWitness();
  assert.deepEqual(partition.left(), [poison]);
  await sql`ALTER TABLE test.inbox RENAME TO away`.execute(database);
  for (let round = 0; round < 10; round += 1) await roundWithWitness();
  await sql`ALTER TABLE test.away RENAME TO inbox`.execute(database);
  assert.deepEqual(partition.left(), [poison]);
  await roundWithWitness();
  assert.deepEqual(partition.dropped, [poison]);
});

test('a database that answers, and blocks a write for a second, cannot write; a test of it leaves nothing', async () => {
  assert.equal(await canWrite(database, 'test'), true);
  const { rows } = await sql`SELECT FROM test.inbox`.execute(database);
  assert.equal(rows.length, 0);
  const trx = await database.startTransaction().execute();
  await sql`LOCK TABLE test.inbox IN ACCESS EXCLUSIVE MODE`.execute(trx);
  assert.equal(await canWrite(database, 'test'), false);
  await trx.rollback().execute();
});
