import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { scopedTo } from './engine.ts';
import type { ErrorCase } from './error-case.ts';
import { openEngine } from './open-engine.ts';
import { publishErrorCases } from './publish-error-cases.ts';
import { recordingApp } from './recording-app.ts';
import { callSidecar } from './sidecar-client.ts';
import { stateErrorCases } from './state-error-cases.ts';

const engine = await openEngine({ after }, { database: { url: 'postgres://secret' } });
const sidecar = await engine.startSidecar('scoped', await recordingApp({ after }, []));

const { pubsub, statestore: store, secretstore } = engine;
const topic = scopedTo.publishing;
const one = `/v1.0/publish/${pubsub}/${topic}`;
const many = `/v1.0/publish/bulk/${pubsub}/${topic}`;
const state = `/v1.0/state/${store}`;

const direct = {
  status: 404,
  code: 'ERR_DIRECT_INVOKE',
  message: 'failed getting app id either from the URL path or the header dapr-app-id',
};
const noSecretStore = {
  status: 401,
  code: 'ERR_SECRET_STORE_NOT_FOUND',
  message: 'failed finding secret store with key nowhere',
};

const cases: ErrorCase[] = [
  // Paths
  ...[
    `POST /v1.0/publish/${pubsub}/`,
    `POST /v1.0/publish/${pubsub}`,
    'POST /v1.0/publish//x',
    'POST /v1.0/publish/bulk/',
    `GET ${one}`,
    `DELETE ${one}`,
    `GET ${state}`,
    `GET ${state}/`,
    `GET ${state}/a/b`,
    `DELETE ${state}/`,
    `GET /v1.0/secrets/${secretstore}`,
    `GET /v1.0/secrets/${secretstore}/`,
    `POST /v1.0/secrets/${secretstore}/database`,
    'POST /v1.0/healthz',
    'GET /v1.0/nothing',
    'GET /v2.0/x',
    'GET /',
  ].map((call) => ({ call, ...direct })),
  ...publishErrorCases(engine),
  ...stateErrorCases(engine),
  // Secrets and health
  {
    call: `GET /v1.0/secrets/${secretstore}/unknown`,
    status: 500,
    code: 'ERR_SECRET_GET',
    message: `failed getting secret with key unknown from secret store ${secretstore}: secret unknown not found`,
  },
  { call: 'GET /v1.0/secrets/nowhere/x', ...noSecretStore },
  { call: 'GET /v1.0/secrets/nowhere/bulk', ...noSecretStore },
  {
    call: 'GET /v1.0/healthz?appid=other',
    status: 500,
    code: 'ERR_HEALTH_APPID_NOT_MATCH',
    message: 'dapr app-id does not match',
  },
];

test('each error has the expected status, content type, code, message and details', async (t) => {
  assert.equal((await callSidecar(sidecar, 'POST', state, [{ key: 'fine', value: 1 }])).status, 204);
  for (const { call, body, headers = {}, status, code, message, details } of cases) {
    const [method = '', path = ''] = call.split(' ');
    const given = body === undefined && method === 'POST' ? {} : body;
    await t.test(`${call} ${JSON.stringify(given ?? '').slice(0, 60)}`, async () => {
      const answer = await callSidecar(sidecar, method, path, given, headers);
      const actual = answer.json as { errorCode: string; message: string; details?: Detail[] };
      assert.deepEqual(
        [answer.status, answer.headers.get('content-type'), actual.errorCode, actual.details?.map(shortOf)],
        [status, 'application/json', code, details],
      );
      assert.deepEqual(Object.keys(actual).toSorted(), [
        ...(details ? ['details'] : []),
        'errorCode',
        'message',
      ]);
      if (typeof message === 'string') assert.equal(actual.message, message);
      else assert.equal(actual.message.slice(0, message.begins.length), message.begins);
    });
  }
});

type Detail = { '@type': string; reason?: string };

function shortOf({ '@type': type, reason }: Detail): string {
  return reason ?? type.split('.').at(-1) ?? type;
}

test('details name the component, the app and the cause', async () => {
  const detailsOf = async (method: string, path: string, body: unknown) =>
    ((await callSidecar(sidecar, method, path, body)).json as { details: Record<string, unknown>[] }).details;
  const [resource, info] = await detailsOf('POST', `/v1.0/publish/${pubsub}/forbidden`, {});
  const message = 'topic forbidden is not allowed for app id scoped';
  const { '@type': _, ...described } = resource ?? {};
  assert.deepEqual(described, {
    description: message,
    owner: '',
    resource_name: pubsub,
    resource_type: 'pubsub',
  });
  assert.deepEqual(
    [info?.['domain'], info?.['metadata']],
    ['dapr.io', { error: message, topic: 'forbidden' }],
  );
  const [missing] = await detailsOf('POST', '/v1.0/publish/nothing/topic?metadata.own=x', {});
  assert.deepEqual(missing?.['metadata'], { own: 'x' });
  const [{ field_violations: violations } = {}] = await detailsOf('POST', state, [{ key: 'a||b' }]);
  assert.equal((violations as { field: string }[])[0]?.field, 'a||b');
  const [store] = await detailsOf('GET', '/v1.0/state/nowhere/key', undefined);
  assert.deepEqual(store?.['metadata'], { appID: 'scoped' });
});

test('a wrong token is an error in plain text on each path except health', async () => {
  for (const path of [one, '/v1.0/metadata', '/nothing']) {
    const answer = await callSidecar(sidecar, 'POST', path, {}, { 'dapr-api-token': 'wrong' });
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type'), answer.text],
      [401, 'text/plain; charset=utf-8', 'invalid api token\n'],
    );
  }
  for (const path of ['/v1.0/healthz', '/v1.0/healthz/outbound']) {
    const { status, text } = await callSidecar(sidecar, 'GET', path, undefined, {
      'dapr-api-token': 'wrong',
    });
    assert.deepEqual([status, text], [204, '']);
  }
});

test('requests that look invalid and are not', async () => {
  const statusOf = async (method: string, path: string, body?: unknown) =>
    (await callSidecar(sidecar, method, path, body)).status;
  assert.equal(await statusOf('POST', `${one}?metadata.ttlInSeconds=soon`, {}), 204);
  assert.equal(await statusOf('PUT', one, 'nonsense'), 204);
  assert.equal(await statusOf('POST', many, [{ entryId: 'a', contentType: 'application/json' }]), 204);
  assert.equal(await statusOf('POST', state, []), 204);
  assert.equal(await statusOf('PUT', state, [{ key: 'e', value: 1, etag: '' }]), 204);
  assert.equal(await statusOf('DELETE', `${state}/absent`), 204);
  assert.equal(await statusOf('POST', `${state}/transaction`, {}), 204);
  assert.equal(await statusOf('POST', `${state}/bulk`, {}), 200);
});

test('metadata have the app and its components', async () => {
  const { status, json } = await callSidecar(sidecar, 'GET', '/v1.0/metadata');
  const { id, components } = json as { id: string; components: Record<string, unknown>[] };
  assert.deepEqual([status, id], [200, 'scoped']);
  assert.deepEqual(
    components
      .map(({ name, type, version }) => `${String(name)} ${String(type)} ${String(version)}`)
      .toSorted(),
    [
      `${engine.fanout} pubsub.kafka v1`,
      `${pubsub} pubsub.kafka v1`,
      `${secretstore} secretstores.local.file v1`,
      `${store} state.postgresql v2`,
    ].toSorted(),
  );
});
