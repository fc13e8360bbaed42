import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OutgoingEvent, Refusal } from '../../src/messaging/dapr-client.ts';
import { createKeyWindows, largestWindow } from '../../src/messaging/key-windows.ts';
import type { OutboxEvent } from '../../src/messaging/outbox.ts';
import { offerInLanes, type Sender } from '../../src/messaging/relay-lanes.ts';
import { noTracing } from '../../src/observability/tracing.ts';

/**
 * What a call meets. `up`: everything is appended. `cut`: the broker goes away during the call, so a part of its beginning is
 * appended, and perhaps nobody learns of it. The other ones meet a broker that is unavailable when the call begins:
 * `refused`: nothing is appended. `torn`: the producer gives up on the first part, and delivers the rest when the broker is
 * back. `late`: there is no answer, and all is appended during a later call.
 */
type Weather = { kind: 'up' | 'cut' | 'refused' | 'torn' | 'late'; share: number; isSilent: boolean };

type BrokerRecord = { topic: string; key: string; n: number };

/** A sidecar and a broker as Dapr's producer and Kafka behave together. */
function createBroker(forecast: Weather[], { isKind = true } = {}) {
  const log: BrokerRecord[] = [];
  const late: BrokerRecord[][] = [];
  let outages = 0;
  /** The outage that lasts, and the last one in which a call has failed. */
  let current: number | undefined;
  let noticed: number | undefined;

  function weatherOf(calls: Weather[]): Weather {
    const next = calls.shift() ?? { kind: 'up', share: 0, isSilent: false };
    // An outage begins with a cut, if the broker is kind: nobody knows of it before a call has failed.
    if (next.kind === 'up') {
      current = undefined;
      return next;
    }
    if (!isKind || (current !== undefined && current === noticed)) return next;
    current ??= outages++;
    return { ...next, kind: 'cut' };
  }

  const broker = {
    log,
    /** How often several events of a key were offered together while the broker was known to be unavailable. */
    careless: 0,
    async publishBulk(
      _pubsub: string,
      topic: string,
      events: OutgoingEvent[],
    ): Promise<Map<string, Refusal>> {
      const wasNoticed = current !== undefined && current === noticed;
      const { kind, share, isSilent } = weatherOf(forecast);
      const records = events.map(({ partitionKey: key, text }) => ({
        topic,
        key,
        n: (JSON.parse(text) as { data: { n: number } }).data.n,
      }));
      const keysOf = new Set(records.map(({ key }) => key));
      if (wasNoticed && keysOf.size < records.length) broker.careless += 1;
      if (kind === 'up') {
        log.push(...late.splice(0).flat(), ...records);
        return new Map();
      }
      const cut = Math.min(Math.floor(share * events.length), events.length - 1);
      if (kind === 'late') late.push(records);
      if (kind === 'torn') log.push(...records.slice(cut + 1));
      if (kind === 'cut') log.push(...records.slice(0, cut));
      const outage = current;
      await Promise.resolve();
      noticed = outage;
      if (isSilent || kind === 'late') throw new Error('no answer');
      const failed = kind === 'torn' ? events.slice(0, cut + 1) : kind === 'cut' ? events.slice(cut) : events;
      return new Map(failed.map(({ entryId }) => [entryId, { isTooLarge: false, detail: 'refused' }]));
    },
  };
  return broker;
}

const weather = fc.record({
  kind: fc.constantFrom<Weather['kind']>('up', 'up', 'cut', 'refused', 'torn', 'late'),
  share: fc.double({ min: 0, max: 0.99, noNaN: true }),
  isSilent: fc.boolean(),
});

function eventsOf(keys: number, perKey: number): OutboxEvent[] {
  return Array.from({ length: keys * perKey }, (_, id) => {
    const [key, n] = [`key ${id % keys}`, Math.floor(id / keys)];
    return {
      id,
      event_id: `${key} ${n}`,
      partitionKey: key,
      type: 'test',
      time: '2026-11-21T05:00:00.000Z',
      body: JSON.stringify({ n }),
      traceparent: null,
      topics: ['left', 'right'],
    };
  });
}

/** Publishes all events, as the relay does. At each of `crashes`, a round ends without a trace, and another relay takes over. */
async function publishAll(
  events: OutboxEvent[],
  broker: ReturnType<typeof createBroker>,
  crashes: ReadonlySet<number>,
  batchSize = 600,
): Promise<void> {
  let outbox = events;
  let now = 0;
  let windows = createKeyWindows(() => now);
  for (let round = 0; outbox.length > 0; round += 1) {
    assert.ok(round < 2_000, 'it comes to an end');
    const waiting = new Set(windows.waiting());
    const batch = outbox.filter(({ partitionKey }) => !waiting.has(partitionKey)).slice(0, batchSize);
    const sender = { name: 'test', dapr: broker, tracing: noTracing, windows } as unknown as Sender;
    const { accepted } = await offerInLanes(sender, batch);
    now += 10;
    if (crashes.has(round)) {
      windows = createKeyWindows(() => now);
      continue;
    }
    const gone = new Set(accepted.map(({ id }) => id));
    outbox = outbox.filter(({ id }) => !gone.has(id));
  }
}

function assertInOrder(log: BrokerRecord[], { keys, perKey }: { keys: number; perKey: number }): void {
  for (const topic of ['left', 'right']) {
    for (let key = 0; key < keys; key += 1) {
      const seen = log.filter((record) => record.topic === topic && record.key === `key ${key}`);
      const firsts = [...new Set(seen.map(({ n }) => n))];
      assert.deepEqual(
        firsts,
        Array.from({ length: perKey }, (_, n) => n),
      );
    }
  }
}

test('whatever fails, the first occurrences of each key on each topic are in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(weather, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.uniqueArray(fc.nat(20)),
      async (forecast, keys, perKey, crashes) => {
        const broker = createBroker([...forecast]);
        await publishAll(eventsOf(keys, perKey), broker, new Set(crashes));
        assert.equal(broker.careless, 0);
        assertInOrder(broker.log, { keys, perKey });
      },
    ),
    { numRuns: 1_000 },
  );
});

test('while few events wait, nothing is torn apart, whenever the earlier events of a publication fail and the later ones arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(weather, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 30 }),
      fc.uniqueArray(fc.nat(20)),
      async (forecast, keys, perKey, crashes) => {
        const broker = createBroker([...forecast], { isKind: false });
        await publishAll(eventsOf(keys, perKey), broker, new Set(crashes), 8);
        assertInOrder(broker.log, { keys, perKey });
      },
    ),
    { numRuns: 1_000 },
  );
});

test('without faults a backlog goes in full windows', async () => {
  const broker = createBroker([]);
  let calls = 0;
  const counted = {
    ...broker,
    publishBulk: (...call: Parameters<typeof broker.publishBulk>) => (
      (calls += 1),
      broker.publishBulk(...call)
    ),
  };
  await publishAll(eventsOf(4, 1_000), counted, new Set());
  // One event of each key in each lane first, then 600 at a time in four lanes of one key each, to two topics.
  assert.ok(calls <= 2 * 4 * (1 + Math.ceil(4_000 / 600) * Math.ceil(150 / largestWindow)), `${calls} calls`);
});

test('a publication has the events of a key next to each other', async () => {
  const offered: string[][] = [];
  const broker = createBroker([]);
  const watched = {
    ...broker,
    publishBulk: (...call: Parameters<typeof broker.publishBulk>) => {
      offered.push(call[2].map(({ partitionKey }) => partitionKey));
      return broker.publishBulk(...call);
    },
  };
  await publishAll(eventsOf(3, 100), watched, new Set());
  assert.ok(offered.some((keys) => new Set(keys).size < keys.length));
  for (const keys of offered) {
    const changes = keys.filter((key, index) => key !== keys[index - 1]);
    assert.equal(changes.length, new Set(keys).size, keys.join(', '));
  }
});
