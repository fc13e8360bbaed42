import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { openEngine } from './open-engine.ts';
import { recordingApp } from './recording-app.ts';
import { callSidecar } from './sidecar-client.ts';

const engine = await openEngine({ after }, { database: { url: 'postgres://secret' } });
const sidecar = await engine.startSidecar('stateful', await recordingApp({ after }, []));

describe('state and secrets', () => {
  const save = (items: unknown) => callSidecar(sidecar, 'POST', `/v1.0/state/${engine.statestore}`, items);
  const read = (key: string) => callSidecar(sidecar, 'GET', `/v1.0/state/${engine.statestore}/${key}`);

  test('a missing key is 204, a saved one is its value with an ETag that each write changes', async () => {
    assert.equal((await read('absent')).status, 204);
    assert.equal((await save([{ key: 'one', value: { deep: [1, 2] } }])).status, 204);
    const first = await read('one');
    assert.deepEqual([first.status, first.json], [200, { deep: [1, 2] }]);
    await save([{ key: 'one', value: 'two' }]);
    const second = await read('one');
    assert.equal(second.json, 'two');
    assert.notEqual(second.headers.get('etag'), first.headers.get('etag'));
  });

  test('a write or deletion with an outdated ETag is 409 and changes nothing', async () => {
    await save([{ key: 'guarded', value: 1 }]);
    const etag = (await read('guarded')).headers.get('etag');
    assert.equal((await save([{ key: 'guarded', value: 2, etag }])).status, 204);
    assert.equal((await save([{ key: 'guarded', value: 3, etag }])).status, 409);
    const path = `/v1.0/state/${engine.statestore}/guarded`;
    assert.equal(
      (await callSidecar(sidecar, 'DELETE', path, undefined, { 'if-match': String(etag) })).status,
      409,
    );
    assert.equal((await read('guarded')).json, 2);
    assert.equal((await callSidecar(sidecar, 'DELETE', path)).status, 204);
    assert.equal((await read('guarded')).status, 204);
  });

  test('only one of several deletions with the same ETag succeeds', async () => {
    await save([{ key: 'once', value: 1 }]);
    const etag = String((await read('once')).headers.get('etag'));
    const remove = () =>
      callSidecar(sidecar, 'DELETE', `/v1.0/state/${engine.statestore}/once`, undefined, {
        'if-match': etag,
      });
    const statuses = (await Promise.all([remove(), remove(), remove()])).map(({ status }) => status);
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [204, 409, 409],
    );
  });

  test('first-write without an ETag only writes a new key', async () => {
    const write = (value: number) => save([{ key: 'first', value, options: { concurrency: 'first-write' } }]);
    assert.deepEqual([(await write(1)).status, (await write(2)).status], [204, 500]);
    assert.equal((await read('first')).json, 1);
  });

  test('a value expires after its ttl', async () => {
    await save([{ key: 'brief', value: 1, metadata: { ttlInSeconds: '1' } }]);
    assert.equal((await read('brief')).status, 200);
    await eventually(async () => (await read('brief')).status === 204, { every_ms: 100 });
  });

  test('a transaction is all or nothing', async () => {
    await save([{ key: 'tx', value: 1 }]);
    const operations = [
      { operation: 'upsert', request: { key: 'tx-other', value: 1 } },
      { operation: 'delete', request: { key: 'tx', etag: '00000000-0000-0000-0000-000000000000' } },
    ];
    const { status, json } = await callSidecar(
      sidecar,
      'POST',
      `/v1.0/state/${engine.statestore}/transaction`,
      { operations },
    );
    assert.deepEqual([status, (json as { errorCode: string }).errorCode], [500, 'ERR_STATE_TRANSACTION']);
    assert.deepEqual([(await read('tx')).status, (await read('tx-other')).status], [200, 204]);
  });

  test('keys belong to an app and can not contain ||', async (t) => {
    await save([{ key: 'mine', value: 1 }]);
    const other = await engine.startSidecar('other-app', await recordingApp(t, []));
    assert.equal((await callSidecar(other, 'GET', `/v1.0/state/${engine.statestore}/mine`)).status, 204);
    assert.equal(
      (await callSidecar(other, 'GET', `/v1.0/state/${engine.statestore}/stateful%7C%7Cmine`)).status,
      400,
    );
    assert.equal((await save([{ key: 'a||b', value: 1 }])).status, 400);
  });

  test('a bulk get has the value, ETag and expiry of each key', async () => {
    await save([
      { key: 'many', value: [1] },
      { key: 'nil' },
      { key: 'limited', value: 2, metadata: { ttlInSeconds: '60' } },
    ]);
    const path = `/v1.0/state/${engine.statestore}/bulk`;
    const { json } = await callSidecar(sidecar, 'POST', path, {
      keys: ['many', 'absent', 'limited', 'nil'],
    });
    const items = json as { key: string; data?: unknown; etag?: string; metadata?: object }[];
    const found = (wanted: string) => items.find(({ key }) => key === wanted);
    assert.equal(items.length, 4);
    const etag = (await read('many')).headers.get('etag');
    assert.deepEqual(found('many'), { key: 'many', data: [1], etag });
    assert.deepEqual(found('absent'), { key: 'absent' });
    assert.equal(found('nil')?.data, null);
    const limited = await read('limited');
    const expires = limited.headers.get('metadata.ttlexpiretime');
    assert.match(String(expires), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(found('limited')?.metadata, { ttlExpireTime: expires });
    assert.equal((await callSidecar(sidecar, 'POST', path, { keys: [] })).text.trim(), '[]');
  });

  test('a value keeps its JSON type, and an expired key counts as new', async () => {
    const { status, headers, json } = await save([{ key: 'typed', value: null }]).then(() => read('typed'));
    assert.deepEqual([status, headers.get('content-type'), json], [200, 'application/json', null]);
    await save([{ key: 'fleeting', value: 1, metadata: { ttlInSeconds: '1' } }]);
    const etag = (await read('fleeting')).headers.get('etag');
    await eventually(async () => (await read('fleeting')).status === 204, { every_ms: 100 });
    assert.equal((await save([{ key: 'fleeting', value: 2, etag }])).status, 409);
    assert.equal(
      (await save([{ key: 'fleeting', value: 3, options: { concurrency: 'first-write' } }])).status,
      204,
    );
    assert.equal((await read('fleeting')).json, 3);
  });

  test('items that are saved together succeed or fail independently', async () => {
    const items = [
      { key: 'before', value: 1 },
      { key: 'guarded', value: 1, etag: '00000000-0000-0000-0000-000000000000' },
      { key: 'behind', value: 1 },
    ];
    assert.equal((await save(items)).status, 409);
    assert.deepEqual([(await read('before')).json, (await read('behind')).json], [1, 1]);
  });

  test('secrets: one, all, an unknown one, an unknown store', async () => {
    const get = (path: string) => callSidecar(sidecar, 'GET', `/v1.0/secrets/${path}`);
    assert.deepEqual((await get(`${engine.secretstore}/database`)).json, { url: 'postgres://secret' });
    assert.deepEqual((await get(`${engine.secretstore}/bulk`)).json, {
      database: { url: 'postgres://secret' },
    });
    assert.equal((await get(`${engine.secretstore}/unknown`)).status, 500);
    assert.equal((await get('nowhere/database')).status, 401);
  });
});
