import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { openEngine } from './open-engine.ts';
import { recordingApp } from './recording-app.ts';
import { callSidecar, numbered } from './sidecar-client.ts';
import { bulkTo, raw, singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

const single = (topic: string, more: object = {}) => singleTo(engine.pubsub, topic, more);
const bulk = (topic: string, more: object = {}) => bulkTo(engine.pubsub, topic, more);

test('events with one key stay in one partition and in order; each entry has its own metadata', async (t) => {
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
  const entries = app.deliveries.flatMap(
    ({ body }) => body['entries'] as { event: { data: { n: number } }; metadata: Record<string, string> }[],
  );
  for (const key of ['a', 'b', 'c']) {
    const ofKey = entries.filter(({ metadata }) => metadata['__key'] === key);
    assert.equal(new Set(ofKey.map(({ metadata }) => metadata['__partition'])).size, 1);
    assert.deepEqual(
      ofKey.map(({ event }) => event.data.n),
      Array.from({ length: 100 }, (_, n) => n),
    );
  }
  assert.ok(app.deliveries.every(({ body }) => (body['entries'] as unknown[]).length <= 100));
});

test('a bulk delivery has the expected shape, with the metadata of each record', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, bulk(topic));
  const sidecar = await engine.startSidecar('bulk-shape', app);
  const entry = (entryId: string, event: unknown, contentType: string, metadata?: object) => ({
    entryId,
    event,
    contentType,
    metadata,
  });
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/bulk/${engine.pubsub}/${topic}?metadata.own=request&metadata.partitionKey=k`,
    [
      entry('text', 'hello', 'text/plain', { 'cloudevent.type': 'T', own: 'entry', more: '1' }),
      entry('bytes', 'aGk=', 'application/octet-stream', {}),
      entry('json', 'str', 'application/json'),
    ],
  );
  await eventually(() => app.events().length === 3);
  assert.deepEqual(
    app.events().map(({ data, data_base64: bytes, type }) => [data ?? bytes, type]),
    [
      ['hello', 'T'],
      ['aGk=', 'com.dapr.event.sent'],
      ['str', 'com.dapr.event.sent'],
    ],
  );
  const { path, headers, body } = app.deliveries[0] ?? assert.fail();
  const { entries, id, ...fixed } = body;
  assert.deepEqual(fixed, {
    topic,
    pubsubname: engine.pubsub,
    type: 'com.dapr.event.sent.bulk',
    metadata: { pubsubName: engine.pubsub },
  });
  assert.match(String(id), /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    [path, headers['content-type'], headers['pubsubname'], headers['dapr-api-token']],
    ['/bulk', 'application/json', engine.pubsub, app.appToken],
  );
  const [first] = entries as { entryId: string; contentType: string; metadata: Record<string, string> }[];
  const { __offset, __partition, __timestamp, ...others } = first?.metadata ?? {};
  assert.deepEqual([first?.entryId, first?.contentType], ['0', 'application/cloudevents+json']);
  assert.deepEqual(others, {
    __topic: topic,
    __key: 'k',
    partitionKey: 'k',
    'cloudevent.type': 'T',
    // In the record the request overrides the entry.
    own: 'request',
    more: '1',
  });
  for (const number of [__offset, __partition, __timestamp]) assert.match(String(number), /^\d+$/);
});

test('with rawPayload the text of an entry is the record, for subscriptions to bytes and to envelopes', async (t) => {
  const topic = engine.topic();
  const [bytes, envelopes] = [await recordingApp(t, bulk(topic, raw)), await recordingApp(t, bulk(topic))];
  const sidecar = await engine.startSidecar('raw-publish', bytes);
  await engine.startSidecar('raw-envelopes', envelopes);
  const envelope = {
    specversion: '1.0',
    id: 'an id',
    source: 'app',
    type: 'T',
    time: '2026-11-21T05:00:00.000Z',
    topic,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: { quoted: '"\\"', n: 1 },
  };
  const answer = await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/bulk/${engine.pubsub}/${topic}?metadata.rawPayload=true`,
    [
      {
        entryId: 'e',
        event: JSON.stringify(envelope),
        contentType: 'text/plain',
        metadata: { partitionKey: 'k' },
      },
    ],
  );
  assert.equal(answer.status, 204);
  await eventually(() => bytes.deliveries.length === 1 && envelopes.deliveries.length === 1);
  type Entry = { event: unknown; contentType: string; metadata: Record<string, string> };
  const entryOf = ({ deliveries: [delivery] }: typeof bytes): Entry =>
    (delivery?.body as { entries: [Entry] } | undefined)?.entries[0] ?? assert.fail();
  const { event, contentType, metadata } = entryOf(bytes);
  assert.deepEqual(
    [Buffer.from(String(event), 'base64').toString(), contentType],
    [JSON.stringify(envelope), 'application/octet-stream'],
  );
  const { __offset, __partition, __timestamp, ...others } = metadata;
  assert.deepEqual(others, { __topic: topic, __key: 'k', partitionKey: 'k', rawPayload: 'true' });
  assert.deepEqual(entryOf(envelopes).event, envelope);
});

test('metadata of a request becomes a header of each record, also the content type of a CloudEvent in structured mode', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, bulk(topic, raw));
  const sidecar = await engine.startSidecar('structured', app);
  const query = new URLSearchParams({
    'metadata.rawPayload': 'true',
    'metadata.content-type': 'application/cloudevents+json',
  });
  const entry = (n: number) => ({
    entryId: `e${n}`,
    event: `{"specversion":"1.0","id":"${n}"}`,
    contentType: 'text/plain',
    metadata: { partitionKey: 'k' },
  });
  const answer = await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/bulk/${engine.pubsub}/${topic}?${query.toString()}`,
    [entry(1), entry(2)],
  );
  assert.equal(answer.status, 204);
  await eventually(() => app.events().length === 2);
  type Entry = { event: unknown; contentType: string; metadata: Record<string, string> };
  const entries = app.deliveries.flatMap(({ body }) => body['entries'] as Entry[]);
  for (const [index, { event, contentType, metadata }] of entries.entries()) {
    assert.equal(Buffer.from(String(event), 'base64').toString(), entry(index + 1).event);
    assert.equal(contentType, 'application/octet-stream');
    const { __topic, __key, __offset, __partition, __timestamp, ...headers } = metadata;
    assert.deepEqual(headers, {
      partitionKey: 'k',
      rawPayload: 'true',
      'content-type': 'application/cloudevents+json',
    });
  }
});

test('an entry that is too large for the broker fails, and the others are published', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, bulk(topic));
  const sidecar = await engine.startSidecar('partial', app);
  const entry = (entryId: string, event: unknown, contentType = 'application/json') => ({
    entryId,
    event,
    contentType,
    metadata: { partitionKey: 'k' },
  });
  const answer = await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, [
    entry('first', { n: 1 }),
    entry('large', 'x'.repeat(1_100_000), 'text/plain'),
    entry('last', { n: 2 }),
  ]);
  const { failedEntries, ...rest } = answer.json as { failedEntries: { entryId: string; error: string }[] };
  assert.deepEqual([answer.status, rest], [500, { errorCode: 'ERR_PUBSUB_PUBLISH_MESSAGE' }]);
  assert.deepEqual(
    failedEntries.map(({ entryId }) => entryId),
    ['large'],
  );
  assert.match(
    String(failedEntries[0]?.error),
    /^kafka: invalid configuration \(Attempt to produce message larger than configured Producer\.MaxMessageBytes: 11004\d\d > 1048576\)$/,
  );
  assert.equal(
    answer.headers.get('metadata.error'),
    `api error: code = Internal desc = error when publishing to topic ${topic} in pubsub ${engine.pubsub}: kafka: Failed to deliver 1 messages.`,
  );
  assert.equal(
    JSON.parse(answer.headers.get('metadata.responsedata') ?? '').errorCode,
    'ERR_PUBSUB_PUBLISH_MESSAGE',
  );
  await eventually(() => app.events().length === 2);
  assert.deepEqual(
    app.events().map(({ data }) => (data as { n: number }).n),
    [1, 2],
  );
});

test('a bulk publish with an invalid partition publishes nothing', async (t) => {
  const topic = engine.topic();
  const app = await recordingApp(t, single(topic));
  const sidecar = await engine.startSidecar('no-partition', app);
  const entry = (n: number, metadata: object) => ({
    entryId: `e${n}`,
    event: { n },
    contentType: 'application/json',
    metadata,
  });
  const answer = await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, [
    entry(0, { partitionKey: 'k' }),
    entry(1, { partitionNumber: 'x' }),
  ]);
  const error = 'invalid partitionNumber metadata value "x": strconv.ParseInt: parsing "x": invalid syntax';
  assert.deepEqual(
    [answer.status, answer.json],
    [
      500,
      {
        failedEntries: [
          { entryId: 'e0', error },
          { entryId: 'e1', error },
        ],
        errorCode: 'ERR_PUBSUB_PUBLISH_MESSAGE',
      },
    ],
  );
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, [
    entry(2, { partitionKey: 'k' }),
  ]);
  await eventually(() => app.events().length > 0);
  assert.deepEqual(app.events()[0]?.['data'], { n: 2 });
});
