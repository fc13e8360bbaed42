import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import type { ConformanceSidecar } from './engine.ts';
import { openEngine } from './open-engine.ts';
import { recordingApp, type RecordingApp } from './recording-app.ts';
import { callSidecar, numbered } from './sidecar-client.ts';
import { numbersOf, singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

const single = (topic: string) => singleTo(engine.pubsub, topic);
const slow = { timeout_ms: 90_000 };
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

const publish = async (sidecar: ConformanceSidecar, topic: string, n: number) =>
  callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k`, { n });
const publishMany = async (sidecar: ConformanceSidecar, topic: string, count: number, from = 0) =>
  callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/bulk/${engine.pubsub}/${topic}`,
    numbered(from + count, 'k').slice(from),
  );

/**
 * Asserts that after a crash only the last events are repeated, in order. Before it, the offsets of `committed` events were
 * stored and `before` of `total` events were delivered.
 */
function assertOnlyTailRepeated(
  app: RecordingApp,
  { committed, before, total }: { committed: number; before: number; total: number },
): void {
  const seen = numbersOf(app.events());
  assert.deepEqual(seen.slice(0, before), upTo(before));
  const repeated = seen.slice(before);
  const from = repeated[0] ?? assert.fail();
  assert.ok(from <= before, 'nothing is skipped');
  assert.ok(from >= committed, 'no committed event is repeated');
  assert.deepEqual(repeated, upTo(total).slice(from), 'the repeated events are the last ones, in order');
}

/** Delivers ten events, commits them by a restart, and delivers ten more. */
async function deliverTwenty(sidecar: ConformanceSidecar, topic: string, app: RecordingApp): Promise<void> {
  await publishMany(sidecar, topic, 10);
  await eventually(() => app.deliveries.length === 10, slow);
  await sidecar.restart();
  await publishMany(sidecar, topic, 10, 10);
  await eventually(() => app.deliveries.length === 20, slow);
}

test('after a restart no acknowledged event is repeated', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('orderly', app);
  await publishMany(sidecar, topic, 20);
  await eventually(() => app.deliveries.length === 20, slow);
  await sidecar.restart();
  assert.equal((await publish(sidecar, topic, 20)).status, 204);
  await eventually(() => app.deliveries.length > 20, slow);
  assert.deepEqual(numbersOf(app.events()), upTo(21));
});

test('after a crash of the sidecar only events without a committed offset are repeated', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('sidecar-crash', app);
  await deliverTwenty(sidecar, topic, app);
  await sidecar.crash();
  await eventually(async () => (await publish(sidecar, topic, 20)).status === 204, slow);
  await eventually(() => numbersOf(app.events()).includes(20), slow);
  assertOnlyTailRepeated(app, { committed: 10, before: 20, total: 21 });
});

test('a delivery that a crash interrupts is repeated, and no later event is lost', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const held = Promise.withResolvers<void>();
  app.answer(async ({ body }) => {
    if ((body['data'] as { n: number }).n === 3) await held.promise;
    return {};
  });
  const sidecar = await engine.startSidecar('killed-while-delivering', app);
  await publishMany(sidecar, topic, 6);
  await eventually(() => numbersOf(app.events()).includes(3), slow);
  await sidecar.crash();
  held.resolve();
  await eventually(() => numbersOf(app.events()).includes(5), slow);
  assertOnlyTailRepeated(app, { committed: 0, before: 4, total: 6 });
  assert.ok(numbersOf(app.events()).filter((n) => n === 3).length >= 2);
});

test('after a crash of broker and sidecar a group continues, and a new group begins at the oldest record', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('crash', app);
  await deliverTwenty(sidecar, topic, app);
  await engine.crash();
  await eventually(async () => (await publish(sidecar, topic, 20)).status === 204, slow);
  await eventually(() => numbersOf(app.events()).includes(20), slow);
  assertOnlyTailRepeated(app, { committed: 10, before: 20, total: 21 });
  const late = await recordingApp(t, single(topic));
  await engine.startSidecar('latecomer', late);
  await eventually(() => late.deliveries.length === 21, slow);
  assert.deepEqual(numbersOf(late.events()), upTo(21));
});

test('while the broker is unavailable, publishing fails with an error; afterwards publishing and delivery work again', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('broker-away', app);
  await publish(sidecar, topic, 0);
  await eventually(() => app.deliveries.length > 0, slow);
  await engine.stopBroker();
  try {
    const one = await publish(sidecar, topic, 1);
    const { errorCode, message, details } = one.json as {
      errorCode: string;
      message: string;
      details: { reason?: string }[];
    };
    assert.deepEqual([one.status, errorCode], [500, 'ERR_PUBSUB_PUBLISH_MESSAGE']);
    assert.ok(message.startsWith(`error when publishing to topic ${topic} in pubsub ${engine.pubsub}: `));
    assert.equal(details[1]?.reason, 'DAPR_PUBSUB_PUBLISH_MESSAGE');
    const many = await publishMany(sidecar, topic, 2);
    const { failedEntries, ...rest } = many.json as { failedEntries: { entryId: string; error: string }[] };
    assert.deepEqual([many.status, rest], [500, { errorCode: 'ERR_PUBSUB_PUBLISH_MESSAGE' }]);
    assert.deepEqual(failedEntries.map(({ entryId }) => entryId).toSorted(), ['e0', 'e1']);
    assert.ok(failedEntries.every(({ error }) => error !== ''));
    assert.equal((await callSidecar(sidecar, 'GET', '/v1.0/healthz/outbound')).status, 204);
  } finally {
    await engine.startBroker();
  }
  await eventually(async () => (await publish(sidecar, topic, 2)).status === 204, {
    ...slow,
    every_ms: 200,
  });
  await eventually(() => numbersOf(app.events()).includes(2), slow);
});
