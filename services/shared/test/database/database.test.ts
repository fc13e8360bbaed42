import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from 'pg';
import { createTestDatabase } from '../support/database.ts';

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

test('databases of the same migrations are copies that do not see each other', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-migrations-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, '0001-create-tasks.sql'), 'create table tasks (id integer)');
  const migrations = [
    { schema: 'a', directory },
    { schema: 'b', directory },
  ];
  const [first, second] = await Promise.all([
    createTestDatabase(t, { migrations }),
    createTestDatabase(t, { migrations }),
  ]);
  const [one, other] = await Promise.all([connect(first.url), connect(second.url)]);
  await one.query('insert into a.tasks values (1)');
  assert.equal((await other.query('select from a.tasks')).rowCount, 0);
  assert.equal((await other.query('select from b.tasks')).rowCount, 0);
  await Promise.all([one.end(), other.end()]);
});

test('closing drops the database as soon as its last connection is gone', async (t) => {
  const database = await createTestDatabase(t);
  const client = await connect(database.url);
  const closed = database.close();
  assert.equal((await client.query('select 1')).rowCount, 1);
  await client.end();
  await closed;
  await assert.rejects(connect(database.url), /does not exist/);
});
