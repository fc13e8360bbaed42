import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect as connectTo, type Socket } from 'node:net';
import { after, test, type TestContext } from 'node:test';
import { sql, type Kysely } from 'kysely';
import { isDatabaseAway, isSqlState, openDatabase } from '../../src/database/database.ts';
import { databaseCheck } from '../../src/database/database-check.ts';
import { createTestDatabase } from '../support/database.ts';

const { url } = await createTestDatabase({ after });
const connections = 3;

function open(t: TestContext, at = url, deadlineMs?: number): Kysely<object> {
  const database = openDatabase<object>(
    at,
    'connections test',
    connections,
    deadlineMs === undefined ? undefined : { deadlineMs },
  );
  t.after(() => database.destroy());
  return database;
}

/** Runs a statement in each connection of the pool. */
async function inEachConnection(database: Kysely<object>, statement: string): Promise<void> {
  const ready = Promise.withResolvers<void>();
  let open = 0;
  await Promise.all(
    Array.from({ length: connections }, () =>
      database.connection().execute(async (connection) => {
        await sql.raw(statement).execute(connection);
        open += 1;
        if (open === connections) ready.resolve();
        await ready.promise;
      }),
    ),
  );
}

/** Runs statements one after the other and returns the errors. */
async function errorsOf(count: number, run: () => Promise<unknown>): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (let index = 0; index < count; index += 1) await run().catch((error: unknown) => errors.push(error));
  return errors;
}

test('a pool whose connections have become read-only recovers after one error for each connection', async (t) => {
  const database = open(t);
  await sql`CREATE TABLE written (id integer)`.execute(database);
  await inEachConnection(database, 'SET default_transaction_read_only = on');
  const check = databaseCheck(database);
  assert.equal((await check.check()).status, 'degraded', 'readiness says that nothing can be written');
  const insert = () => sql`INSERT INTO written VALUES (${1})`.execute(database);
  const errors = await errorsOf(20, insert);
  assert.equal(errors.length, connections);
  assert.ok(errors.every((error) => isSqlState(error, '25006') && isDatabaseAway(error)));
  assert.equal((await check.check()).status, 'up');
});

test('the same is true of writes in transactions', async (t) => {
  const database = open(t);
  await sql`CREATE TABLE written_together (id integer)`.execute(database);
  await inEachConnection(database, 'SET default_transaction_read_only = on');
  const insert = () =>
    database.transaction().execute((trx) => sql`INSERT INTO written_together VALUES (${1})`.execute(trx));
  assert.equal((await errorsOf(20, insert)).length, connections);
});

test('a session that has lost its prepared statements costs one error for each connection', async (t) => {
  const database = open(t);
  const read = () => sql`SELECT ${1}::integer AS one`.execute(database);
  await Promise.all(Array.from({ length: connections * 4 }, read));
  await inEachConnection(database, 'DEALLOCATE ALL');
  const errors = await errorsOf(20, read);
  assert.ok(errors.length > 0 && errors.length <= connections, `${errors.length} errors`);
  assert.ok(errors.every((error) => isDatabaseAway(error)));
});

test('a migration that changes a prepared statement costs at most one error for each connection', async (t) => {
  const database = open(t);
  await sql`CREATE TABLE changing (id integer)`.execute(database);
  const read = () => sql`SELECT * FROM changing WHERE id > ${0}`.execute(database);
  await Promise.all(Array.from({ length: connections * 4 }, read));
  await sql`ALTER TABLE changing ADD COLUMN name text`.execute(database);
  const errors = await errorsOf(20, read);
  assert.ok(errors.length <= connections, `${errors.length} errors`);
  assert.ok(errors.every((error) => isDatabaseAway(error)));
});

test('an error of the statement itself keeps its connection', async (t) => {
  const database = open(t);
  const pid = async () =>
    (await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(database)).rows[0]?.pid;
  const before = await pid();
  await assert.rejects(sql`SELECT ${'no number'}::integer`.execute(database));
  await assert.rejects(sql`SELECT no_such_column`.execute(database));
  assert.equal(await pid(), before);
});

test('the server ends a slow statement before the deadline, and the connection stays', async (t) => {
  const database = open(t, url, 1_200);
  const began = performance.now();
  await assert.rejects(sql`SELECT pg_sleep(10)`.execute(database), (error) => isSqlState(error, '57014'));
  assert.ok(performance.now() - began < 1_200);
});

/** A way to the server that a test can block: connections stay, and nothing comes through. */
async function openBlockable(t: TestContext): Promise<{ url: string; block(): void; unblock(): void }> {
  const server = new URL(url);
  const sockets = new Set<Socket>();
  let isBlocked = false;
  const proxy = createServer((client) => {
    const upstream = connectTo(Number(server.port), server.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.pipe(to);
      if (isBlocked) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const blockable = new URL(url);
  blockable.port = String((proxy.address() as { port: number }).port);
  return {
    url: blockable.href,
    block() {
      isBlocked = true;
      for (const socket of sockets) socket.unpipe();
      for (const socket of sockets) socket.pause();
    },
    unblock() {
      isBlocked = false;
    },
  };
}

test('a server that hangs fails each statement and transaction at the deadline, and new connections work again', async (t) => {
  const server = await openBlockable(t);
  const database = open(t, server.url, 500);
  await inEachConnection(database, 'SELECT 1');
  server.block();
  const began = performance.now();
  const hanging = [
    sql`SELECT ${1}::integer`.execute(database),
    database.transaction().execute((trx) => sql`SELECT 2`.execute(trx)),
    database.connection().execute((connection) => sql`SELECT 3`.execute(connection)),
  ];
  for (const outcome of await Promise.allSettled(hanging)) {
    assert.equal(outcome.status, 'rejected');
    assert.ok(isDatabaseAway(outcome.reason), String(outcome.reason));
  }
  assert.ok(performance.now() - began < 1_500, 'a rollback does not wait for the hanging server as well');
  server.unblock();
  assert.deepEqual((await sql`SELECT 4 AS four`.execute(database)).rows, [{ four: 4 }]);
});
