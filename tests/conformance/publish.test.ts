import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { openEngine } from './open-engine.ts';
import { recordingApp } from './recording-app.ts';
import { callSidecar, numbered } from './sidecar-client.ts';
import { bulkTo, singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

const single = (topic: string, more: object = {}) => singleTo(engine.pubsub, topic, more);
const bulk = (topic: string, more: object = {}) => bulkTo(engine.pubsub, topic, more);

test('a publish answers 204 with an empty body and arrives in a CloudEvents 1.0 envelope', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('envelope', app);
  const answer = await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k`,
    { hello: 'world' },
  );
  assert.deepEqual([answer.status, answer.text], [204, '']);
  const [delivery] = await eventually(() => app.deliveries.length > 0 && app.deliveries);
  assert.ok(delivery);
  const { id, time, traceparent, traceid, tracestate, ...fixed } = delivery.body;
  assert.deepEqual(fixed, {
    data: { hello: 'world' },
    datacontenttype: 'application/json',
    pubsubname: engine.pubsub,
    source: 'envelope',
    specversion: '1.0',
    topic,
    type: 'com.dapr.event.sent',
  });
  assert.match(String(id), /^[0-9a-f-]{36}$/);
  assert.ok(!Number.isNaN(Date.parse(String(time))));
  assert.match(String(traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  assert.equal(traceid, traceparent);
  assert.equal(tracestate, '');
  assert.equal(delivery.headers['content-type'], 'application/cloudevents+json');
  assert.deepEqual(
    [
      delivery.headers['__key'],
      delivery.headers['__topic'],
      delivery.headers['pubsubname'],
      delivery.headers['dapr-api-token'],
    ],
    ['k', topic, engine.pubsub, app.app_token],
  );
  assert.match(String(delivery.headers['__offset']), /^\d+$/);
  assert.match(String(delivery.headers['__partition']), /^\d+$/);
});

test('cloudevent.* metadata overrides the envelope, and metadata become headers', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('overrides', app);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const metadata = {
    'cloudevent.id': 'my-id',
    'cloudevent.type': 'my.type',
    'cloudevent.source': 'me',
    'cloudevent.traceparent': traceparent,
    custom: 'yes',
  };
  const query = new URLSearchParams(
    Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value]),
  );
  await callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${topic}?${query.toString()}`, {});
  const [delivery] = await eventually(() => app.deliveries.length > 0 && app.deliveries);
  const { id, type, source } = delivery?.body ?? {};
  assert.deepEqual({ id, type, source }, { id: 'my-id', type: 'my.type', source: 'me' });
  assert.deepEqual([delivery?.headers['custom'], delivery?.headers['traceparent']], ['yes', traceparent]);
});

test('rawPayload skips the envelope; application/cloudevents+json is taken as it is', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('raw', app);
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/${engine.pubsub}/${topic}?metadata.rawPayload=true&metadata.partitionKey=k`,
    { raw: true },
  );
  const event = { specversion: '1.0', id: 'given', source: 's', type: 't', data: 1 };
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k&metadata.cloudevent.id=ignored`,
    event,
    {
      'content-type': 'application/cloudevents+json',
    },
  );
  await eventually(() => app.deliveries.length === 2);
  assert.deepEqual(app.deliveries[0]?.body, { raw: true });
  const { id, type, data } = app.deliveries[1]?.body ?? {};
  assert.deepEqual({ id, type, data }, { id: 'given', type: 't', data: 1 });
});

test('one key is one partition and keeps its order; each entry of a bulk publish has its own metadata', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, bulk(topic));
  const sidecar = await engine.startSidecar('order', app);
  for (const key of ['a', 'b', 'c']) {
    assert.equal(
      (await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(100, key)))
        .status,
      204,
    );
  }
  await eventually(() => app.events().length === 300);
  const places = app.deliveries.flatMap(
    ({ body }) => body['entries'] as { event: { data: { n: number } }; metadata: Record<string, string> }[],
  );
  for (const key of ['a', 'b', 'c']) {
    const mine = places.filter(({ metadata }) => metadata['__key'] === key);
    assert.equal(new Set(mine.map(({ metadata }) => metadata['__partition'])).size, 1);
    assert.deepEqual(
      mine.map(({ event }) => event.data.n),
      Array.from({ length: 100 }, (_, n) => n),
    );
  }
  assert.ok(app.deliveries.every(({ body }) => (body['entries'] as unknown[]).length <= 100));
});

test('a bulk publish with a repeated or missing entryId, or that is no array, is refused whole', async (t) => {
  const topic = engine.topic();
  const sidecar = await engine.startSidecar('bulk-errors', await recordingApp(t, []));
  const entry = { entryId: 'same', event: {}, contentType: 'application/json' };
  for (const body of [[entry, entry], [{ event: {} }], [{ entryId: 'a' }], {}, 'nonsense']) {
    const answer = await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, body);
    assert.deepEqual(
      [answer.status, (answer.json as { errorCode: string }).errorCode],
      [400, 'ERR_PUBSUB_EVENTS_SER'],
      JSON.stringify(body),
    );
  }
});

test('each wrong publish has its status and code', async (t) => {
  const sidecar = await engine.startSidecar('scoped', await recordingApp(t, []));
  const codeOf = async (path: string, body: unknown = {}, headers: Record<string, string> = {}) => {
    const { status, json } = await callSidecar(sidecar, 'POST', path, body, headers);
    return [status, (json as { errorCode?: string } | undefined)?.errorCode];
  };
  assert.deepEqual(await codeOf('/v1.0/publish/nothing/topic'), [404, 'ERR_PUBSUB_NOT_FOUND']);
  assert.deepEqual(await codeOf(`/v1.0/publish/${engine.pubsub}/`), [404, 'ERR_TOPIC_NAME_EMPTY']);
  assert.deepEqual(await codeOf(`/v1.0/publish/${engine.pubsub}/forbidden`), [403, 'ERR_PUBSUB_FORBIDDEN']);
  assert.deepEqual(await codeOf(`/v1.0/publish/${engine.pubsub}/allowed?metadata.ttlInSeconds=soon`), [
    400,
    'ERR_PUBSUB_REQUEST_METADATA',
  ]);
  assert.deepEqual(await codeOf(`/v1.0/publish/${engine.pubsub}/allowed`, 'nonsense'), [
    500,
    'ERR_PUBSUB_CLOUD_EVENTS_SER',
  ]);
  const refused = await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/${engine.pubsub}/allowed`,
    {},
    { 'dapr-api-token': 'wrong' },
  );
  assert.deepEqual([refused.status, refused.text], [401, 'invalid api token']);
});
