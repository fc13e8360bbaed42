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
const patience = { timeout_ms: 90_000 };
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
 * After a crash only the end of what was acknowledged comes again, in order: `committed` were written down for good
 * before, `before` of `total` had come when it crashed.
 */
function assertOnlyTailAgain(
  app: RecordingApp,
  { committed, before, total }: { committed: number; before: number; total: number },
): void {
  const seen = numbersOf(app.events());
  assert.deepEqual(seen.slice(0, before), upTo(before));
  const again = seen.slice(before);
  const from = again[0] ?? assert.fail();
  assert.ok(from <= before, 'nothing is skipped');
  assert.ok(from >= committed, 'nothing comes again that was committed');
  assert.deepEqual(again, upTo(total).slice(from), 'what comes again is what came last, in order');
}

/** Ten events that an orderly restart committed, and ten more. */
async function deliverTwenty(sidecar: ConformanceSidecar, topic: string, app: RecordingApp): Promise<void> {
  await publishMany(sidecar, topic, 10);
  await eventually(() => app.deliveries.length === 10, patience);
  await sidecar.restart();
  await publishMany(sidecar, topic, 10, 10);
  await eventually(() => app.deliveries.length === 20, patience);
}

test('after an orderly restart nothing that was acknowledged comes again', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('orderly', app);
  await publishMany(sidecar, topic, 20);
  await eventually(() => app.deliveries.length === 20, patience);
  await sidecar.restart();
  assert.equal((await publish(sidecar, topic, 20)).status, 204);
  await eventually(() => app.deliveries.length > 20, patience);
  assert.deepEqual(numbersOf(app.events()), upTo(21));
});

test('after a crash of the sidecar a group goes on where it was; only what was not yet committed comes again', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('sidecar-crash', app);
  await deliverTwenty(sidecar, topic, app);
  await sidecar.crash();
  await eventually(async () => (await publish(sidecar, topic, 20)).status === 204, patience);
  await eventually(() => numbersOf(app.events()).includes(20), patience);
  assertOnlyTailAgain(app, { committed: 10, before: 20, total: 21 });
});

test('what a sidecar was delivering when it was killed comes again, and nothing behind it was lost', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const held = Promise.withResolvers<void>();
  app.answer(async ({ body }) => {
    if ((body['data'] as { n: number }).n === 3) await held.promise;
    return {};
  });
  const sidecar = await engine.startSidecar('killed-while-delivering', app);
  await publishMany(sidecar, topic, 6);
  await eventually(() => numbersOf(app.events()).includes(3), patience);
  await sidecar.crash();
  held.resolve();
  await eventually(() => numbersOf(app.events()).includes(5), patience);
  assertOnlyTailAgain(app, { committed: 0, before: 4, total: 6 });
  assert.ok(numbersOf(app.events()).filter((n) => n === 3).length >= 2);
});

test('after a crash of broker and sidecar a group goes on where it was; a group that is new begins at the oldest', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('crash', app);
  await deliverTwenty(sidecar, topic, app);
  await engine.crash();
  await eventually(async () => (await publish(sidecar, topic, 20)).status === 204, patience);
  await eventually(() => numbersOf(app.events()).includes(20), patience);
  assertOnlyTailAgain(app, { committed: 10, before: 20, total: 21 });
  const late = await recordingApp(t, single(topic));
  await engine.startSidecar('latecomer', late);
  await eventually(() => late.deliveries.length === 21, patience);
  assert.deepEqual(numbersOf(late.events()), upTo(21));
});

test('while the broker is away publishing fails and says so; when it is back both directions work again', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('broker-away', app);
  await publish(sidecar, topic, 0);
  await eventually(() => app.deliveries.length > 0, patience);
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
    ...patience,
    every_ms: 200,
  });
  await eventually(() => numbersOf(app.events()).includes(2), patience);
});
