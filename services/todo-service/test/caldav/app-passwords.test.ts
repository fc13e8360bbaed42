import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

let aheadMs = 0;
const lines: string[] = [];
const { person, service, database_url } = await startTestService({ after }, todoService, {
  clock: { now: () => new Date(Date.now() + aheadMs) },
  env: { LOG_LEVEL: 'trace' },
  logDestination: { write: (line: string) => lines.push(line) },
});

type Made = { id: string; name: string; user: string; password: string; created_at: string };
type Listed = { id: string; name: string; created_at: string; last_used_at: string | null };
const path = '/api/v1/app-passwords';

const make = async (owner: TestPerson, name = 'phone') =>
  (await owner.call<Made>('POST', path, { name })).body;
const list = async (owner: TestPerson) => (await owner.call<Listed[]>('GET', path)).body;
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const signIn = (authorization: string | undefined) =>
  fetch(`${service.url}/dav/`, {
    method: 'PROPFIND',
    headers: { depth: '0', ...(authorization === undefined ? {} : { authorization }) },
  });

test('an app password is shown once, works with any user name, and is stored as a hash', async () => {
  const ada = await person();
  const made = await ada.call<Made>('POST', path, { name: ' Tasks.org ' });
  assert.equal(made.status, 201);
  const { id, password, created_at: createdAt } = made.body;
  assert.match(password, /^[\w-]{43}$/);
  assert.deepEqual(await list(ada), [{ id, name: 'Tasks.org', created_at: createdAt, last_used_at: null }]);
  for (const user of ['rondo', 'ada@example.com', ''])
    assert.equal((await signIn(basic(user, password))).status, 207);
  const rows = await query(database_url, 'SELECT * FROM todo_service.app_passwords WHERE id = $1', [id]);
  assert.ok(!JSON.stringify(rows).includes(password));
  assert.ok(!lines.join('').includes(password));
});

test('a wrong, a revoked and a missing password are 401 with a challenge', async () => {
  const ada = await person();
  const { id, password } = await make(ada);
  assert.equal((await ada.call('DELETE', `${path}/${id}`)).status, 204);
  const refused = [
    undefined,
    basic('x', password),
    basic('x', ''),
    'Basic !',
    'Basic eA==',
    `Bearer ${ada.token}`,
  ];
  for (const authorization of refused) {
    const answer = await signIn(authorization);
    assert.equal(answer.status, 401, authorization);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm="Rondo"/);
  }
});

test('an app password is no bearer token', async () => {
  const ada = await person();
  const { password } = await make(ada);
  for (const authorization of [`Bearer ${password}`, basic('x', password)]) {
    const { status } = await fetch(`${service.url}/api/v1/tasks`, { headers: { authorization } });
    assert.equal(status, 401);
  }
});

test("another person's app password can't be seen or revoked", async () => {
  const [ada, bob] = [await person(), await person()];
  const { id, password } = await make(ada);
  assert.deepEqual(await list(bob), []);
  assert.equal((await bob.call('DELETE', `${path}/${id}`)).status, 404);
  assert.equal((await signIn(basic('x', password))).status, 207);
});

test('a person has at most 20 app passwords, also with many requests at once', async () => {
  const ada = await person();
  const made = await Promise.all(
    Array.from({ length: 24 }, (_, n) => ada.call<{ code: string }>('POST', path, { name: `app ${n}` })),
  );
  assert.deepEqual(
    made.map(({ status }) => status).toSorted((a, b) => a - b),
    [...Array.from({ length: 20 }, () => 201), 403, 403, 403, 403],
  );
  assert.equal(made.find(({ status }) => status === 403)?.body.code, 'too-many-app-passwords');
  assert.equal((await list(ada)).length, 20);
});

test('the last use is noted at most once a minute', async () => {
  const ada = await person();
  const { password } = await make(ada);
  const usedAfter = async (ms: number) => {
    aheadMs += ms;
    await signIn(basic('x', password));
    return (await list(ada))[0]?.last_used_at ?? '';
  };
  const first = await usedAfter(0);
  assert.notEqual(first, '');
  assert.equal(await usedAfter(30_000), first);
  const second = await usedAfter(31_000);
  assert.ok(second > first);
  assert.ok((await usedAfter(-86_400_000)) < second, 'also after the clock was a day ahead');
});
