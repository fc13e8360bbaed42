import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { scopedTo } from './engine.ts';
import { openEngine } from './open-engine.ts';
import { recordingApp } from './recording-app.ts';
import { callSidecar, numbered } from './sidecar-client.ts';
import { bulkTo, numbersOf, raw, singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

test('an app without valid subscriptions is asked once and gets no events, and its sidecar works', async (t) => {
  const topic = engine.topic();
  const [valid] = singleTo(engine.pubsub, topic);
  const answers: [number, string][] = [
    [404, ''],
    [500, 'no'],
    [200, ''],
    [200, '{'],
    [200, '{}'],
    [200, 'null'],
    [200, JSON.stringify([{ ...valid, route: 5 }])],
    [200, JSON.stringify([{ ...valid, route: '' }])],
  ];
  const apps = await Promise.all(
    answers.map(async (answer, index) => {
      const app = await recordingApp(t, []);
      app.declare(...answer);
      return { app, sidecar: await engine.startSidecar(`declares-${index}`, app) };
    }),
  );
  const reader = await recordingApp(t, singleTo(engine.pubsub, topic));
  const other = await engine.startSidecar('declares-well', reader);
  for (const { app, sidecar } of apps) {
    await eventually(() => app.subscribeRequests.length > 0);
    for (const path of ['/v1.0/healthz', '/v1.0/healthz/outbound'])
      assert.equal((await callSidecar(sidecar, 'GET', path)).status, 204);
    const { status } = await callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${topic}`, {
      n: 1,
    });
    assert.equal(status, 204);
  }
  await eventually(() => reader.deliveries.length === apps.length);
  assert.deepEqual(
    apps.map(({ app }) => [app.subscribeRequests.length, app.deliveries.length]),
    apps.map(() => [1, 0]),
  );
  await other.stop();
});

test('an app that crashes while it is asked for subscriptions is asked until it answers', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, singleTo(engine.pubsub, topic));
  app.dropSubscribeRequests(6);
  const sidecar = await engine.startSidecar('crashes-when-asked', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${topic}`, { n: 1 });
  await eventually(() => app.deliveries.length === 1, { timeout_ms: 20_000 });
  assert.equal(app.subscribeRequests.length, 7);
});

test('the app token is in the request for subscriptions and in each delivery', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, singleTo(engine.pubsub, topic));
  const sidecar = await engine.startSidecar('tokens', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(3, 'k'));
  await eventually(() => app.deliveries.length === 3);
  assert.deepEqual(
    [
      app.subscribeRequests[0]?.['dapr-api-token'],
      ...app.deliveries.map(({ headers }) => headers['dapr-api-token']),
    ],
    Array.from({ length: 4 }, () => app.appToken),
  );
});

test('only subscriptions within the scopes and to an existing component are active', async (t) => {
  const forbidden = engine.topic();
  const app = await recordingApp(t, [
    ...singleTo(engine.pubsub, forbidden),
    ...singleTo('nowhere', forbidden),
    ...singleTo(engine.pubsub, scopedTo.subscribing),
  ]);
  const sidecar = await engine.startSidecar('scoped', app);
  const reader = await recordingApp(t, singleTo(engine.pubsub, forbidden));
  const free = await engine.startSidecar('free', reader);
  await callSidecar(free, 'POST', `/v1.0/publish/${engine.pubsub}/${forbidden}`, { n: 1 });
  await eventually(() => reader.deliveries.length === 1);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${scopedTo.publishing}`, { n: 2 });
  await eventually(() => app.deliveries.length > 0);
  assert.deepEqual(numbersOf(app.events()), [2]);
});

test('an event that one app can not process does not delay other apps', async (t) => {
  const topic = engine.topic();
  const stuck = await recordingApp(t, singleTo(engine.pubsub, topic));
  let isStuck = true;
  stuck.answer(() => ({ body: { status: isStuck ? 'RETRY' : 'SUCCESS' } }));
  const fine = await recordingApp(t, singleTo(engine.pubsub, topic));
  const sidecar = await engine.startSidecar('isolated-stuck', stuck);
  await engine.startSidecar('isolated-fine', fine);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(5, 'k'));
  await eventually(() => fine.deliveries.length === 5);
  await eventually(() => stuck.deliveries.length > 1);
  assert.deepEqual(new Set(numbersOf(stuck.events())), new Set([0]));
  isStuck = false;
  await eventually(() => numbersOf(stuck.events()).includes(4));
  assert.deepEqual([...new Set(numbersOf(stuck.events()))], [0, 1, 2, 3, 4]);
  assert.equal(fine.deliveries.length, 5);
});

test('a subscription to raw payloads gets them as bytes, in an envelope or in entries', async (t) => {
  const topic = engine.topic();
  const [one, many] = [
    await recordingApp(t, singleTo(engine.pubsub, topic, raw)),
    await recordingApp(t, bulkTo(engine.pubsub, topic, raw)),
  ];
  const sidecar = await engine.startSidecar('raw-single', one);
  await engine.startSidecar('raw-bulk', many);
  const path = `/v1.0/publish/${engine.pubsub}/${topic}?metadata.rawPayload=true`;
  await callSidecar(sidecar, 'POST', path, 'bytes', { 'content-type': 'text/plain' });
  await eventually(() => one.deliveries.length === 1 && many.deliveries.length === 1);
  const { id, ...wrapped } = one.deliveries[0]?.body ?? {};
  assert.match(String(id), /^[0-9a-f-]{36}$/);
  assert.deepEqual(wrapped, {
    specversion: '1.0',
    datacontenttype: 'application/octet-stream',
    source: 'Dapr',
    type: 'com.dapr.event.sent',
    topic,
    pubsubname: engine.pubsub,
    data_base64: 'Ynl0ZXM=',
  });
  const { body: bulk } = many.deliveries[0] ?? assert.fail();
  const [entry] = bulk['entries'] as Record<string, unknown>[];
  assert.deepEqual([entry?.['event'], entry?.['contentType']], ['Ynl0ZXM=', 'application/octet-stream']);
});
