import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { scopedTo } from './engine.ts';
import { openEngine } from './open-engine.ts';
import { recordingApp, statusesOf } from './recording-app.ts';
import { callSidecar, numbered } from './sidecar-client.ts';
import { bulkTo, numbersOf, raw, singleTo } from './subscriptions.ts';

const engine = await openEngine({ after }, {});

const numberOf = ({ data }: Record<string, unknown>) => (data as { n: number }).n;

/** The topics and subscriptions of an app that reads its own dead letters. */
const deadLetteringTo = (subscribe: typeof singleTo) => {
  const [topic, dead] = [engine.topic(), engine.topic()];
  const subscriptions = [
    ...subscribe(engine.pubsub, topic, { deadLetterTopic: dead }),
    { pubsubname: engine.pubsub, topic: dead, route: '/dead' },
  ];
  return { topic, dead, subscriptions };
};

test('a dead letter is the unchanged event with its original position', async (t) => {
  const { topic, subscriptions } = deadLetteringTo(singleTo);
  const app = await recordingApp(t, subscriptions);
  app.answer(({ path }) => (path === '/dead' ? {} : { body: { status: 'DROP' } }));
  const sidecar = await engine.startSidecar('origin', app);
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k&metadata.own=x`,
    { n: 1 },
  );
  await eventually(() => app.deliveries.length === 2);
  const [given, deadLetters] = app.deliveries;
  assert.deepEqual([given?.path, deadLetters?.path], ['/single', '/dead']);
  assert.deepEqual(deadLetters?.body, given?.body, 'including the topic in the envelope');
  const names = [
    '__key',
    '__topic',
    '__partition',
    '__offset',
    '__timestamp',
    'own',
    'partitionkey',
    'pubsubname',
  ];
  assert.deepEqual(
    names.map((name) => deadLetters?.headers[name]),
    names.map((name) => given?.headers[name]),
  );
});

test('DROP in a bulk delivery affects only that entry', async (t) => {
  const { topic, subscriptions } = deadLetteringTo(bulkTo);
  const app = await recordingApp(t, subscriptions);
  app.answer((delivery) =>
    delivery.path === '/dead'
      ? {}
      : { body: statusesOf(delivery, (event) => (numberOf(event) === 1 ? 'DROP' : 'SUCCESS')) },
  );
  const sidecar = await engine.startSidecar('bulk-drop', app);
  await callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(3, 'k'));
  await eventually(() => app.deliveries.some(({ path }) => path === '/dead') && app.events().length === 4);
  const deadLetters = app.deliveries.filter(({ path }) => path === '/dead');
  assert.deepEqual(
    deadLetters.map(({ body, headers }) => [numberOf(body), headers['__topic'], headers['__offset']]),
    [[1, topic, '1']],
  );
});

test('the dead letter of a raw payload is the unchanged record', async (t) => {
  const [topic, dead] = [engine.topic(), engine.topic()];
  const app = await recordingApp(t, [
    ...bulkTo(engine.pubsub, topic, { ...raw, deadLetterTopic: dead }),
    ...bulkTo(engine.pubsub, dead, { ...raw, route: '/dead' }),
  ]);
  app.answer((delivery) => ({
    body: statusesOf(delivery, () => (delivery.path === '/dead' ? 'SUCCESS' : 'DROP')),
  }));
  const sidecar = await engine.startSidecar('bulk-drop-raw', app);
  const texts = ['{"specversion":"1.0","data":{"n":1}}', 'no JSON, "quoted"'];
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/bulk/${engine.pubsub}/${topic}?metadata.rawPayload=true`,
    texts.map((event, n) => ({
      entryId: `e${n}`,
      event,
      contentType: 'text/plain',
      metadata: { partitionKey: 'k' },
    })),
  );
  const deadLetters = () => app.deliveries.filter(({ path }) => path === '/dead');
  const entriesOf = () =>
    deadLetters().flatMap(
      ({ body }) => body['entries'] as { event: string; metadata: Record<string, string> }[],
    );
  await eventually(() => entriesOf().length === texts.length);
  assert.deepEqual(
    entriesOf().map(({ event, metadata }) => [Buffer.from(event, 'base64').toString(), metadata['__key']]),
    texts.map((text) => [text, 'k']),
  );
});

test('404 to a bulk delivery drops all of it without dead letters', async (t) => {
  const { topic, subscriptions } = deadLetteringTo(bulkTo);
  const app = await recordingApp(t, subscriptions);
  let isMissing = true;
  app.answer((delivery) => {
    if (delivery.path === '/dead') return {};
    return isMissing ? { status: 404 } : { body: statusesOf(delivery, () => 'DROP') };
  });
  const sidecar = await engine.startSidecar('bulk-404', app);
  const publish = () =>
    callSidecar(sidecar, 'POST', `/v1.0/publish/bulk/${engine.pubsub}/${topic}`, numbered(1, 'k'));
  await publish();
  await eventually(() => app.deliveries.length === 1);
  isMissing = false;
  await publish();
  await eventually(() => app.deliveries.some(({ path }) => path === '/dead'));
  assert.deepEqual(
    app.deliveries.filter(({ path }) => path === '/dead').map(({ headers }) => headers['__offset']),
    ['1'],
  );
  assert.equal(app.deliveries.length, 3, 'the first one was delivered once');
});

test('a record that is not an envelope goes to the dead letters without a delivery', async (t) => {
  const { topic, dead } = deadLetteringTo(singleTo);
  const app = await recordingApp(t, [
    ...singleTo(engine.pubsub, topic, { deadLetterTopic: dead }),
    ...singleTo(engine.pubsub, dead, { route: '/dead', ...raw }),
  ]);
  const sidecar = await engine.startSidecar('unreadable', app);
  const publish = (body: string, query = '') =>
    callSidecar(
      sidecar,
      'POST',
      `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k${query}`,
      body,
    );
  await publish('nonsense', '&metadata.rawPayload=true');
  await publish('[1]', '&metadata.rawPayload=true');
  await publish('{"n":3}');
  await eventually(() => app.deliveries.length === 3);
  const at = (wanted: string) => app.deliveries.filter(({ path }) => path === wanted);
  assert.deepEqual(
    at('/dead').map(({ body }) => Buffer.from(String(body['data_base64']), 'base64').toString()),
    ['nonsense', '[1]'],
  );
  assert.deepEqual(
    at('/single').map(({ body }) => numberOf(body)),
    [3],
  );
});

test('an event without a matching route goes to the dead letters', async (t) => {
  const [topic, dead] = [engine.topic(), engine.topic()];
  const rules = [{ match: 'event.type == "A"', path: '/a' }];
  const app = await recordingApp(t, [
    { pubsubname: engine.pubsub, topic, deadLetterTopic: dead, routes: { rules } },
    { pubsubname: engine.pubsub, topic: dead, route: '/dead' },
  ]);
  const sidecar = await engine.startSidecar('no-route', app);
  for (const type of ['A', 'B'])
    await callSidecar(
      sidecar,
      'POST',
      `/v1.0/publish/${engine.pubsub}/${topic}?metadata.partitionKey=k&metadata.cloudevent.type=${type}`,
      {},
    );
  await eventually(() => app.deliveries.length === 2);
  assert.deepEqual(
    new Map(app.deliveries.map(({ path, body }) => [path, body['type']])),
    new Map([
      ['/a', 'A'],
      ['/dead', 'B'],
    ]),
  );
});

test('if an app may not publish its dead letters, a dropped event is retried', async (t) => {
  const dead = engine.topic();
  const app = await recordingApp(t, singleTo(engine.pubsub, scopedTo.subscribing, { deadLetterTopic: dead }));
  let drops = 3;
  app.answer(() => ({ body: { status: drops-- > 0 ? 'DROP' : 'SUCCESS' } }));
  const sidecar = await engine.startSidecar('scoped', app);
  await callSidecar(
    sidecar,
    'POST',
    `/v1.0/publish/bulk/${engine.pubsub}/${scopedTo.publishing}`,
    numbered(2, 'k'),
  );
  await eventually(() => numbersOf(app.events()).includes(1));
  assert.deepEqual(numbersOf(app.events()), [0, 0, 0, 0, 1]);
  await sidecar.stop();
});
