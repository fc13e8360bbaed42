import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { openEngine } from './open-engine.ts';
import { recordingApp, statusesOf } from './recording-app.ts';
import { callSidecar, numbered } from './sidecar-client.ts';
import { bulkTo, numbersOf, singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

const single = (topic: string, more: object = {}) => singleTo(engine.pubsub, topic, more);
const bulk = (topic: string, more: object = {}) => bulkTo(engine.pubsub, topic, more);

test('RETRY in a bulk delivery repeats only that entry', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, bulk(topic));
  let refusals = 3;
  app.answer((delivery) => ({
    body: statusesOf(delivery, ({ data }) =>
      (data as { n: number }).n === 4 && refusals-- > 0 ? 'RETRY' : 'SUCCESS',
    ),
  }));
  const sidecar = await engine.startSidecar('retry-bulk', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(10, 'k'));
  await eventually(() => app.events().length === 13);
  const seen = numbersOf(app.events());
  assert.deepEqual(
    [...new Set(seen)].toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(seen.filter((n) => n === 4).length, 4);
});

test('RETRY, an unknown status, a 500 and a missing bulk entry are retried in order', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const answers = [{ body: { status: 'RETRY' } }, { body: { status: 'WHATEVER' } }, { status: 500 }, {}, {}];
  app.answer(() => answers.shift() ?? {});
  const sidecar = await engine.startSidecar('retry-single', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(2, 'k'));
  await eventually(() => app.deliveries.length === 5);
  assert.deepEqual(numbersOf(app.events()), [0, 0, 0, 0, 1], 'a failing record blocks its partition');

  const bulkTopic = engine.topic();
  const bulkApp = await recordingApp(t, bulk(bulkTopic));
  let first = true;
  bulkApp.answer((delivery) => {
    const body = first ? { statuses: [] } : statusesOf(delivery, () => 'SUCCESS');
    first = false;
    return { body };
  });
  const other = await engine.startSidecar('retry-missing', bulkApp);
  await callSidecar(other, 'POST', `/v1.0/publish/${engine.pubsub}/${bulkTopic}`, { n: 1 });
  await eventually(() => bulkApp.deliveries.length === 2);
});

test('DROP and 404 go to the dead-letter topic without a retry', async (t) => {
  const topic = engine.topic();
  const dead = engine.topic();
  const app = await recordingApp(t, [
    ...single(topic, { deadLetterTopic: dead }),
    { pubsubname: engine.pubsub, topic: dead, route: '/dead' },
  ]);
  app.answer(({ path, body }) => {
    if (path === '/dead') return {};
    return (body['data'] as { n: number }).n === 0 ? { body: { status: 'DROP' } } : { status: 404 };
  });
  const sidecar = await engine.startSidecar('drop', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(2, 'k'));
  const deadLetters = await eventually(() => {
    const found = app.deliveries.filter(({ path }) => path === '/dead');
    return found.length === 2 && found;
  });
  assert.deepEqual(
    deadLetters.map(({ body }) => (body['data'] as { n: number }).n),
    [0, 1],
  );
  assert.equal(app.deliveries.filter(({ path }) => path === '/single').length, 2);
  const ids = (path: string) =>
    app.deliveries.filter((delivery) => delivery.path === path).map(({ body }) => body['id']);
  assert.deepEqual(ids('/dead'), ids('/single'), 'a dead letter keeps its id');
});

test('records that an app has not acknowledged when it dies are delivered again', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  let isDying = true;
  app.answer(async ({ body }) => {
    if (isDying && (body['data'] as { n: number }).n === 3) await app.close();
    return {};
  });
  const sidecar = await engine.startSidecar('app-crash', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(6, 'k'));
  await eventually(() => app.deliveries.length >= 4);
  isDying = false;
  await app.listen();
  await eventually(() => numbersOf(app.events()).includes(5));
  const seen = numbersOf(app.events());
  assert.deepEqual(
    seen.filter((n, index) => seen.indexOf(n) === index),
    [0, 1, 2, 3, 4, 5],
  );
  assert.ok(seen.filter((n) => n === 3).length >= 2);
});

test('each app gets all records, and two replicas of an app share them', async (t) => {
  const topic = engine.topic();
  const [one, left, right] = await Promise.all([
    recordingApp(t, single(topic)),
    recordingApp(t, single(topic)),
    recordingApp(t, single(topic)),
  ]);
  const sidecar = await engine.startSidecar('app-one', one);
  await engine.startSidecar('app-two', left);
  await engine.startSidecar('app-two', right);
  const keys = Array.from({ length: 40 }, (_, n) => ({
    entryId: `e${n}`,
    event: { n },
    contentType: 'application/json',
    metadata: { partitionKey: `key ${n}` },
  }));
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, keys);
  await eventually(
    () => one.deliveries.length === 40 && left.deliveries.length + right.deliveries.length >= 40,
  );
  const shared = numbersOf([...left.events(), ...right.events()]);
  assert.deepEqual(
    [...new Set(shared)].toSorted((a, b) => a - b),
    keys.map((_, n) => n),
  );
});

for (const [way, subscribed] of [
  ['one by one', singleTo],
  ['in bulk', bulkTo],
] as const) {
  test(`in the fan-out component each sidecar of an app gets all records, ${way}`, async (t) => {
    const topic = engine.topic();
    const fanout = subscribed(engine.fanout, topic);
    const apps = [await recordingApp(t, fanout), await recordingApp(t, fanout)];
    const appId = `fanout-${way.replaceAll(' ', '-')}`;
    const sidecars = [
      await engine.startSidecar(appId, apps[0] ?? assert.fail()),
      await engine.startSidecar(appId, apps[1] ?? assert.fail()),
    ];
    // A group that begins at the newest record has no offset yet when its sidecar becomes ready.
    await eventually(async () => {
      await callSidecar(
        sidecars[0] ?? assert.fail(),
        'POST',
        `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k`,
        { n: -1 },
      );
      return apps.every(({ deliveries }) => deliveries.length > 0);
    });
    await callSidecar(
      sidecars[1] ?? assert.fail(),
      'POST',
      `/v1.0/publish/bulk/${engine.pubsub}/${topic}`,
      numbered(10, 'k'),
    );
    for (const app of apps) {
      await eventually(() => numbersOf(app.events()).includes(9));
      assert.deepEqual(
        numbersOf(app.events()).filter((n) => n >= 0),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
      assert.equal(
        app.events().at(-1)?.['pubsubname'],
        engine.pubsub,
        "the envelope keeps the publisher's component",
      );
    }
  });
}

test('a sidecar is ready before its app listens, and reads the subscriptions later', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic), { isListening: false });
  const sidecar = await engine.startSidecar('late-app', app);
  assert.equal((await callSidecar(sidecar, 'GET', '/v1.0/healthz/outbound')).status, 204);
  const { status, json } = await callSidecar(sidecar, 'GET', '/v1.0/healthz');
  const { errorCode, message } = json as { errorCode: string; message: string };
  assert.deepEqual(
    [status, errorCode, message.startsWith('dapr is not ready: [')],
    [500, 'ERR_HEALTH_NOT_READY', true],
  );
  await callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${topic}`, { n: 1 });
  await app.listen();
  await eventually(() => app.deliveries.length === 1);
  assert.equal((await callSidecar(sidecar, 'GET', '/v1.0/healthz')).status, 204);
});

test('while an app is slow, the next events of the same key wait, and none is delivered twice', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const slow = Promise.withResolvers<void>();
  app.answer(async () => {
    await slow.promise;
    return {};
  });
  const sidecar = await engine.startSidecar('slow', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(3, 'k'));
  await eventually(() => app.deliveries.length === 1);
  // The deliveries to another app show that enough time has passed for more of them.
  const other = await recordingApp(t, single(topic));
  await engine.startSidecar('not-slow', other);
  await eventually(() => other.deliveries.length === 3);
  assert.equal(app.deliveries.length, 1);
  slow.resolve();
  await eventually(() => app.deliveries.length === 3);
  assert.deepEqual(numbersOf(app.events()), [0, 1, 2]);
});

test('a bulk delivery can be larger than the largest publication', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, bulk(topic));
  const first = Promise.withResolvers<void>();
  app.answer(async (delivery) => {
    await first.promise;
    return { body: statusesOf(delivery, () => 'SUCCESS') };
  });
  const sidecar = await engine.startSidecar('large', app);
  const publish = (from: number, count: number) =>
    callSidecar(
      sidecar,
      'POST',
      `/v1.0/publish/bulk/${engine.pubsub}/${topic}`,
      Array.from({ length: count }, (_, n) => ({
        entryId: `e${n}`,
        event: { n: from + n, padding: 'y'.repeat(180_000) },
        contentType: 'application/json',
        metadata: { partitionKey: 'k' },
      })),
    );
  await publish(0, 1);
  // Events that are published during a delivery arrive in one batch.
  await eventually(() => app.deliveries.length === 1);
  for (const from of [1, 21]) assert.equal((await publish(from, 20)).status, 204);
  first.resolve();
  await eventually(() => app.events().length === 41);
  assert.deepEqual(
    numbersOf(app.events()),
    Array.from({ length: 41 }, (_, n) => n),
  );
  const sizes = app.deliveries.map(({ headers }) => Number(headers['content-length']));
  assert.ok(Math.max(...sizes) > 4 * 1024 * 1024, sizes.join(' '));
});
