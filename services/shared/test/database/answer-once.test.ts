import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sql, type Kysely } from 'kysely';
import { v7 } from 'uuid';
import { answerOnce, shownOnce, type Sealing } from '../../src/database/answer-once.ts';
import { openDatabase } from '../../src/database/database.ts';
import { AppError } from '../../src/errors.ts';
import { idempotencyKeyOf, type IdempotencyKey } from '../../src/http/idempotency-key.ts';
import { createTestDatabase } from '../support/database.ts';

const directory = join(import.meta.dirname, '../../migrations/messaging');
const { url } = await createTestDatabase({ after }, { migrations: [{ schema: 'test', directory }] });
const database = openDatabase<object>(url, 'answer-once test', 4);
after(() => database.destroy());
await sql`CREATE TABLE test.effects (name text NOT NULL)`.execute(database);

const keyOf = (more: Partial<IdempotencyKey> = {}): IdempotencyKey => ({
  personId: v7(),
  workspaceId: v7(),
  route: 'POST /things',
  key: v7(),
  requestHash: Buffer.from('one request'),
  ...more,
});

/** A command that leaves an effect, with a name of its own each time. */
const work = (name: string) => async (on: Kysely<object>) => {
  await sql`INSERT INTO test.effects VALUES (${name})`.execute(on);
  return { status: 201, body: { name, nth: v7() } };
};
const once = (key: IdempotencyKey | undefined, run = work(key?.key ?? 'none'), sealing?: Sealing) =>
  answerOnce(
    { database, schema: 'test', workspaceId: key?.workspaceId ?? v7(), key, ...(sealing ? { sealing } : {}) },
    run,
  );
const effectsOf = async (name: string) => {
  const { rows } = await sql`SELECT FROM test.effects WHERE name = ${name}`.execute(database);
  return rows.length;
};
const isRefused = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

test('without a key a command runs each time', async () => {
  const name = v7();
  assert.notDeepEqual(await once(undefined, work(name)), await once(undefined, work(name)));
  assert.equal(await effectsOf(name), 2);
});

test('without a key, too, the commands of a workspace hold one connection, and others run beside them', async () => {
  const [mine, others] = [v7(), v7()];
  const release = Promise.withResolvers<void>();
  const begun: string[] = [];
  const command = (workspaceId: string) =>
    answerOnce({ database, schema: 'test', workspaceId, key: undefined }, async () => {
      begun.push(workspaceId);
      if (workspaceId === mine) await release.promise;
      return { status: 204, body: undefined };
    });
  const held = Array.from({ length: 8 }, () => command(mine));
  await command(others);
  assert.deepEqual(begun, [mine, others]);
  release.resolve();
  await Promise.all(held);
  assert.equal(begun.length, 9);
});

test('repeated and concurrent requests with a key have one effect and one answer', async () => {
  const key = keyOf();
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => once(key)));
  answers.push(await once(key));
  assert.equal(new Set(answers.map(({ body }) => body.nth)).size, 1);
  assert.equal(answers.filter(({ isReplayed }) => !isReplayed).length, 1);
  assert.equal(await effectsOf(key.key), 1);
});

test('a key belongs to a person and a route', async () => {
  const key = keyOf();
  await Promise.all([once(key), once({ ...key, personId: v7() }), once({ ...key, route: 'PUT /things' })]);
  assert.equal(await effectsOf(key.key), 3);
});

test('another request under the same key is refused', async () => {
  const key = keyOf();
  await once(key);
  await assert.rejects(
    once({ ...key, requestHash: Buffer.from('another') }),
    isRefused('idempotency-key-reused'),
  );
});

test('a command that fails leaves neither an effect nor an answer, so that its retry runs', async () => {
  const key = keyOf();
  const fails = async (on: Kysely<object>) => {
    await work(key.key)(on);
    throw new AppError('not-found', 'There is no such thing.');
  };
  await assert.rejects(once(key, fails), isRefused('not-found'));
  assert.equal(await effectsOf(key.key), 0);
  assert.equal((await once(key)).isReplayed, undefined);
});

test('a change whose commit fails has no kept answer', async () => {
  const key = keyOf();
  await sql`CREATE TABLE test.checked (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)`.execute(database);
  const failsAtCommit = async (on: Kysely<object>) => {
    await sql`INSERT INTO test.checked VALUES ('taken'), ('taken')`.execute(on);
    return work(key.key)(on);
  };
  await assert.rejects(once(key, failsAtCommit), /duplicate key/);
  assert.equal((await once(key)).isReplayed, undefined);
  assert.equal(await effectsOf(key.key), 1);
});

test('the answers that are kept for a person are limited a day; what exceeds the limit has no effect', async () => {
  const key = keyOf();
  await sql`INSERT INTO test.kept_answer_bytes VALUES (${key.personId}, (now() AT TIME ZONE 'UTC')::date, 64 * 1024 * 1024 - 100)`.execute(
    database,
  );
  await assert.rejects(once(key), isRefused('quota-exceeded'));
  assert.equal(await effectsOf(key.key), 0);
  const deletion = async (on: Kysely<object>) => ({ ...(await work(key.key)(on)), status: 204 });
  assert.equal((await once(key, deletion)).status, 204, 'a deletion is never refused');
  assert.equal((await once(key, deletion)).isReplayed, true);
  for (const day of ['yesterday', 'tomorrow']) {
    await sql`UPDATE test.kept_answer_bytes SET day = ${day}::date WHERE person_id = ${key.personId}`.execute(
      database,
    );
    assert.equal((await once({ ...key, key: v7() })).status, 201, `the count of ${day} is over`);
  }
});

test('an answer with a secret is stored sealed, or not at all', async () => {
  const [sealed, hidden] = [keyOf(), keyOf()];
  const encoding: Sealing = {
    seal: (plain, context) => Buffer.from(plain + context).toString('base64'),
    open: (text, context) => Buffer.from(text, 'base64').toString().slice(0, -context.length),
  };
  const first = await once(sealed, undefined, encoding);
  assert.deepEqual((await once(sealed, undefined, encoding)).body, first.body);
  const { body } = await once(hidden, undefined, shownOnce);
  await assert.rejects(once(hidden, undefined, shownOnce), isRefused('shown-once'));
  assert.equal(await effectsOf(hidden.key), 1);
  const { rows } = await sql`SELECT response FROM test.idempotency_keys`.execute(database);
  for (const secret of [first.body.nth, body.nth]) assert.ok(!JSON.stringify(rows).includes(secret));
});

test('the hash of a request stays the same from release to release', () => {
  const request = {
    method: 'POST',
    url: '/api/v1/tasks?a=1',
    headers: { 'idempotency-key': 'a-key', 'if-match': '"1"' },
    body: { title: 'Pay rent' },
    identity: { personId: 'ada', workspaceId: 'home' },
  };
  const read = idempotencyKeyOf(request as unknown as Parameters<typeof idempotencyKeyOf>[0]);
  assert.deepEqual(
    { ...read, requestHash: read?.requestHash.toString('hex') },
    {
      personId: 'ada',
      workspaceId: 'home',
      route: 'POST /api/v1/tasks',
      key: 'a-key',
      requestHash: '24a302963d95a7075f96f99368156b43a56001cda08c29ba5b575c66c731c421',
    },
  );
});
