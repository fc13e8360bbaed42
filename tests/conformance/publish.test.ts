import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { openEngine } from './open-engine.ts';
import { recordingApp, type Delivery } from './recording-app.ts';
import { callSidecar } from './sidecar-client.ts';
import { singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

const instantOf = (text: unknown) => Date.parse(typeof text === 'string' ? text : '');

/** The trace that a `traceparent` belongs to. */
const traceOf = (traceparent: unknown) => String(traceparent).split('-')[1];

const single = (topic: string, more: object = {}) => singleTo(engine.pubsub, topic, more);

test('a publish is answered with 204 and an empty body, and arrives in a CloudEvents 1.0 envelope', async (t) => {
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
    ['k', topic, engine.pubsub, app.appToken],
  );
  assert.match(String(delivery.headers['__offset']), /^\d+$/);
  assert.match(String(delivery.headers['__partition']), /^\d+$/);
});

test('cloudevent.* metadata overrides the envelope, and all metadata becomes headers', async (t) => {
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
  assert.equal(delivery?.headers['custom'], 'yes');
  assert.deepEqual(
    [delivery?.body['traceparent'], delivery?.body['traceid']],
    [traceparent, traceparent],
    'the envelope keeps the given trace',
  );
  assert.equal(
    traceOf(delivery?.headers['traceparent']),
    traceOf(traceparent),
    'the delivery is a span of the trace',
  );
});

test('rawPayload skips the envelope, and application/cloudevents+json is used as the envelope', async (t) => {
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

test('the content type decides how an event is put into the envelope', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('content-types', app);
  const publish = (body: unknown, type: string, query = '') =>
    callSidecar(
      sidecar,
      'POST',
      `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k${query}`,
      body,
      { 'content-type': type },
    );
  const json = 'application/json';
  const given: [unknown, string, string, unknown][] = [
    [{ a: 1 }, json, 'data', { a: 1 }],
    [{ a: 1 }, 'application/json; charset=utf-8', 'data', { a: 1 }],
    [{ a: 1 }, 'application/vnd.x+json', 'data', '{"a":1}'],
    ['nonsense', json, 'data', 'nonsense'],
    ['', json, 'data', ''],
    ['some text', 'text/plain', 'data', 'some text'],
    ['<a/>', 'application/xml', 'data', '<a/>'],
    ['bytes', 'application/octet-stream', 'data_base64', 'Ynl0ZXM='],
  ];
  for (const [body, type] of given) assert.equal((await publish(body, type)).status, 204);
  await eventually(() => app.deliveries.length === given.length);
  for (const [index, [, type, member, data]] of given.entries()) {
    const { body } = app.deliveries[index] ?? assert.fail();
    assert.deepEqual([body['datacontenttype'], body[member]], [type, data]);
    assert.equal('data' in body && 'data_base64' in body, false);
  }
});

test('a time to live becomes an expiration, an invalid one is ignored, and an expired event is not delivered', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('lifetimes', app);
  const publish = (n: number, ttl: string) =>
    callSidecar(
      sidecar,
      'POST',
      `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k&metadata.ttlInSeconds=${ttl}`,
      { n },
    );
  for (const [n, ttl] of ['soon', '1ms', '100', '2h'].entries())
    assert.equal((await publish(n, ttl)).status, 204);
  await eventually(() => app.deliveries.length === 3);
  const lifetimes = app
    .events()
    .map(({ data, expiration, time }) => [
      (data as { n: number }).n,
      expiration === undefined ? undefined : instantOf(expiration) - instantOf(time),
    ]);
  assert.deepEqual(lifetimes[0], [0, undefined]);
  // Both are truncated to seconds, and the expiration is computed a moment later.
  for (const [index, n, seconds] of [
    [1, 2, 100],
    [2, 3, 7200],
  ] as const) {
    assert.equal(lifetimes[index]?.[0], n);
    assert.ok([seconds, seconds + 1].includes(Number(lifetimes[index]?.[1]) / 1000));
  }
});

test('a given CloudEvent keeps its fields, and missing ones are added', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('given-events', app);
  const own = {
    id: 'own',
    topic: 'x',
    pubsubname: 'y',
    time: 'then',
    source: 's',
    type: 't',
    traceid: 'mine',
  };
  for (const event of [{ id: 'bare' }, own]) {
    await callSidecar(
      sidecar,
      'POST',
      `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k`,
      event,
      { 'content-type': 'application/cloudevents+json' },
    );
  }
  await eventually(() => app.deliveries.length === 2);
  const [bare, kept] = app.events();
  const { time, traceid, traceparent, ...filled } = bare ?? {};
  assert.deepEqual(filled, {
    id: 'bare',
    source: 'Dapr',
    type: 'com.dapr.event.sent',
    specversion: '1.0',
    topic,
    pubsubname: engine.pubsub,
    tracestate: '',
  });
  assert.ok(!Number.isNaN(Date.parse(String(time))));
  assert.equal(traceid, traceparent);
  assert.deepEqual(kept, { ...own, specversion: '1.0', topic, pubsubname: engine.pubsub, tracestate: '' });
});

test('a delivery is a span of the trace of its publication', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('traces', app);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/${engine.pubsub}/${topic}`,
    {},
    {
      traceparent,
      tracestate: 'a=b',
    },
  );
  const [{ body, headers }] = await eventually(
    () => app.deliveries.length === 1 && (app.deliveries as [Delivery]),
  );
  assert.equal(traceOf(body['traceparent']), traceOf(traceparent));
  assert.notEqual(body['traceparent'], traceparent);
  assert.equal(body['tracestate'], 'a=b');
  assert.equal(traceOf(headers['traceparent']), traceOf(traceparent));
});

test('a single delivery has position, time and all metadata in headers, in UTF-8', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('headers', app);
  const metadata = { partitionKey: 'schlüssel 日本', Own: 'ümläut', 'dapr-api-token': 'forged' };
  const query = new URLSearchParams(
    Object.entries(metadata).map(([name, value]) => [`metadata.${name}`, value]),
  );
  await callSidecar(sidecar, 'POST', `/v1.0/publish/${engine.pubsub}/${topic}?${query.toString()}`, {});
  const [{ headers }] = await eventually(() => app.deliveries.length === 1 && (app.deliveries as [Delivery]));
  const text = (name: string) => Buffer.from(String(headers[name]), 'latin1').toString();
  assert.deepEqual(
    [text('__key'), text('own'), text('partitionkey'), text('__topic'), text('pubsubname')],
    ['schlüssel 日本', 'ümläut', 'schlüssel 日本', topic, engine.pubsub],
  );
  for (const name of ['__offset', '__partition', '__timestamp']) assert.match(text(name), /^\d+$/);
  assert.equal(headers['dapr-api-token']?.includes(app.appToken), true);
});
