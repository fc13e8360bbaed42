import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { migrateEmulator, emulatorSchema } from '@rondo/dapr-emulator/migrate-emulator';
import { openPool } from '@rondo/postgres/open-pool';
import { onDatabase } from '@rondo/postgres/test/test-database';
import { urlOfRole } from '@rondo/shared/database/roles';
import { createLog } from '@rondo/shared/observability/log';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { createTestDatabase } from '@rondo/shared/test/database';
import { prepareDatabase } from '../src/prepare-database.ts';
import { StartError } from '../src/start-error.ts';

const log = createLog('tests', 'silent');
const withSchema = serviceRegistry.flatMap(({ name, schema }) =>
  schema === undefined ? [] : [{ name, schema }],
);

async function prepare(t: TestContext) {
  const { url } = await createTestDatabase(t);
  await migrateEmulator(url);
  const again = () =>
    prepareDatabase(url, { registry: serviceRegistry, sidecars: { schema: emulatorSchema }, log });
  const urls = await again();
  const open = (one: string) => {
    const pool = openPool(one, 'roles', 1);
    t.after(() => pool.end());
    return pool;
  };
  return { url, urls, again, open };
}

/** The tables of a schema, as the owner sees them. */
const tablesOf =
  "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = $1";

test('each service reads and writes its own schema, and is refused in every other', async (t) => {
  const { url, urls, open } = await prepare(t);
  const owner = open(url);
  const users = [
    ...withSchema.map(({ name, schema }) => ({ schema, url: urls.services[name] ?? '' })),
    { schema: emulatorSchema, url: urls.dapr },
  ];
  const schemas = users.map(({ schema }) => schema);
  for (const user of users) {
    const pool = open(user.url);
    for (const schema of schemas) {
      const { rows } = await owner.query<{ name: string }>(tablesOf, [schema]);
      assert.ok(rows.length > 0, schema);
      for (const { name } of rows) {
        const read = pool.query(`SELECT * FROM ${name} LIMIT 1`);
        if (schema === user.schema) await read;
        else await assert.rejects(read, /permission denied for schema/, `${user.schema} reads ${name}`);
      }
    }
    for (const statement of [
      `CREATE TABLE ${user.schema}.mine (id integer)`,
      'CREATE SCHEMA mine',
      'CREATE ROLE mine',
      'SET session_replication_role = replica',
      `INSERT INTO ${user.schema}.migrations VALUES (99, 'x', 'y')`,
    ])
      await assert.rejects(
        pool.query(statement),
        /permission denied|must be/,
        `${user.schema}: ${statement}`,
      );
  }
});

test('no role is a superuser, goes past row security, or can make roles and databases', async (t) => {
  const { urls, open } = await prepare(t);
  for (const url of [...Object.values(urls.services), urls.dapr]) {
    const { rows } = await open(url).query<{ rights: boolean[] }>(
      `SELECT ARRAY[rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication] AS rights
       FROM pg_roles WHERE rolname = current_user`,
    );
    assert.deepEqual(rows[0]?.rights, [false, false, false, false, false]);
  }
});

test('Audit can add records and checkpoints, and neither change, remove, empty nor unlock them', async (t) => {
  const { urls, open } = await prepare(t);
  const audit = open(urls.services['audit-service'] ?? '');
  for (const table of ['audit_service.audit_records', 'audit_service.checkpoints']) {
    const { rows } = await audit.query<{ may: boolean[] }>(
      `SELECT ARRAY[has_table_privilege($1, 'SELECT'), has_table_privilege($1, 'INSERT'),
                    has_table_privilege($1, 'UPDATE'), has_table_privilege($1, 'DELETE')] AS may`,
      [table],
    );
    assert.deepEqual(rows[0]?.may, [true, true, false, false], table);
    for (const statement of [
      `UPDATE ${table} SET position = 0`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `ALTER TABLE ${table} DISABLE TRIGGER USER`,
      `DROP TABLE ${table}`,
    ])
      await assert.rejects(audit.query(statement), /permission denied|must be owner/, statement);
  }
});

test('a second start keeps the passwords, so that open services go on', async (t) => {
  const { urls, again } = await prepare(t);
  assert.deepEqual(await again(), urls);
});

/** An empty database of a user who is no superuser, as providers give it. */
async function ownedByUser(t: TestContext, rights: string) {
  const { url } = await createTestDatabase(t);
  const database = new URL(url).pathname.slice(1);
  const owner = { name: `${database}_owner`, password: 'of-the-owner' };
  await onDatabase(url, async (client) => {
    await client.query(`CREATE ROLE ${owner.name} LOGIN PASSWORD '${owner.password}' ${rights}`);
    await client.query(`ALTER DATABASE ${database} OWNER TO ${owner.name}`);
  });
  return urlOfRole(url, owner);
}

test('an owner who is no superuser needs the right to create roles, and no more', async (t) => {
  const url = await ownedByUser(t, 'CREATEROLE');
  // As a dump of another installation leaves it.
  await onDatabase(url, (client) =>
    client.query('CREATE SCHEMA dapr; CREATE TABLE dapr.dapr_metadata (key text)'),
  );
  const sidecars = { schema: 'dapr', createsTables: true };
  const urls = await prepareDatabase(url, { registry: serviceRegistry, sidecars, log });
  await onDatabase(urls.dapr, async (client) => {
    await client.query('CREATE TABLE dapr_state (key text)');
    await client.query("INSERT INTO dapr_metadata VALUES ('restored')");
    const { rows } = await client.query<{ schemaname: string }>(
      "SELECT schemaname FROM pg_tables WHERE tablename = 'dapr_state'",
    );
    assert.deepEqual(rows, [{ schemaname: 'dapr' }]);
    await assert.rejects(client.query('SELECT FROM todo_service.tasks'), /permission denied for schema/);
  });
  await onDatabase(urls.services['todo-service'] ?? '', async (client) => {
    await client.query('SELECT FROM todo_service.tasks');
    await assert.rejects(client.query('SELECT FROM dapr.dapr_state'), /permission denied for schema/);
  });
});

test('an owner without the right to create roles is named, with what to do', async (t) => {
  const url = await ownedByUser(t, 'NOCREATEROLE');
  await assert.rejects(
    prepareDatabase(url, { registry: serviceRegistry, sidecars: { schema: 'dapr' }, log }),
    (error) => error instanceof StartError && /may not create .* CREATEROLE/.test(error.message),
  );
});
