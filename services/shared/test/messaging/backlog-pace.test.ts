import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBacklogPace } from '../../src/messaging/backlog-pace.ts';
import { eventsInTurn, type OutboxEvent } from '../../src/messaging/outbox.ts';

const perSecond = 800;

/** An outbox that is read as the relay does, and a clock. */
function setUp() {
  let now = 1_000;
  let nextId = 1;
  let waiting: OutboxEvent[] = [];
  const published: OutboxEvent[] = [];
  const pace = createBacklogPace(perSecond, () => now);
  const countOf = (events: OutboxEvent[], key: string) =>
    events.filter(({ partitionKey }) => partitionKey === key).length;
  return {
    write(key: string, count: number) {
      for (let n = 0; n < count; n += 1)
        waiting.push({ id: nextId++, partitionKey: key } as Partial<OutboxEvent> as OutboxEvent);
    },
    /** One round of the relay. */
    publish() {
      const held = new Set(pace.heldBack());
      const free = waiting.filter(({ partitionKey }) => !held.has(partitionKey));
      const byKey = [...Map.groupBy(free, ({ partitionKey }) => partitionKey).values()];
      const firsts = byKey.flatMap((events) => events.slice(0, eventsInTurn));
      // As `createOutboxTurns` reads them.
      const read = new Set([...firsts, ...(held.size > 0 ? [] : free.slice(0, 2_000))]);
      const taken = pace.take([...read].toSorted((left, right) => left.id - right.id));
      published.push(...taken);
      waiting = waiting.filter((event) => !taken.includes(event));
    },
    pass: (ms: number) => (now += ms),
    waitingOf: (key: string) => countOf(waiting, key),
    publishedOf: (key: string) => countOf(published, key),
    published,
    pace,
  };
}

/** Publishes for a second, in rounds of 10 ms, while a calm key writes. */
function publishForASecond(outbox: ReturnType<typeof setUp>, calm: string): void {
  for (let round = 0; round < 100; round += 1) {
    if (round % 4 === 0) outbox.write(calm, 1);
    outbox.publish();
    assert.equal(outbox.waitingOf(calm), 0, 'what is no backlog is published at once');
    outbox.pass(10);
  }
}

test('a backlog that nobody publishes beside goes as fast as it can', () => {
  const outbox = setUp();
  outbox.write('a', 5_000);
  outbox.write('b', 5_000);
  for (let round = 0; round < 5; round += 1) outbox.publish();
  assert.equal(outbox.published.length, 10_000);
});

test('beside others a backlog has its own rate and what backlogs share', () => {
  const outbox = setUp();
  outbox.write('a', 50_000);
  publishForASecond(outbox, 'calm');
  const burst = 100 + perSecond / 4;
  const first = outbox.publishedOf('a');
  assert.ok(first > perSecond && first <= burst + 100 + perSecond, `${first} events`);
  publishForASecond(outbox, 'calm');
  const second = outbox.publishedOf('a') - first;
  assert.ok(second > perSecond * 0.9 && second <= (100 + perSecond) * 1.1, `${second} events`);
});

test('two backlogs share evenly, and each keeps its order', () => {
  const outbox = setUp();
  outbox.write('a', 20_000);
  outbox.write('b', 20_000);
  publishForASecond(outbox, 'calm');
  publishForASecond(outbox, 'calm');
  const [a, b] = [outbox.publishedOf('a'), outbox.publishedOf('b')];
  assert.ok(Math.abs(a - b) < 0.25 * a, `${a} and ${b}`);
  for (const key of ['a', 'b']) {
    const ids = outbox.published.flatMap(({ id, partitionKey }) => (partitionKey === key ? [id] : []));
    assert.deepEqual(
      ids,
      ids.toSorted((left, right) => left - right),
    );
  }
});

test('ten seconds after the last calm key, backlogs go as fast as they can again', () => {
  const outbox = setUp();
  outbox.write('calm', 1);
  outbox.write('a', 5_000);
  outbox.publish();
  assert.ok(outbox.waitingOf('a') > 4_000);
  assert.deepEqual(outbox.pace.heldBack(), ['a']);
  assert.equal(outbox.pace.msToNext(), 100);
  outbox.pass(10_001);
  for (let round = 0; round < 3; round += 1) outbox.publish();
  assert.equal(outbox.waitingOf('a'), 0);
  assert.equal(outbox.pace.msToNext(), Infinity);
});

test('a key that has had a backlog is not one that others are paced for', () => {
  const outbox = setUp();
  outbox.write('a', 150);
  outbox.publish();
  outbox.pass(1_000);
  outbox.write('a', 10);
  outbox.write('b', 3_000);
  for (let round = 0; round < 2; round += 1) outbox.publish();
  assert.equal(outbox.waitingOf('b'), 0);
});
