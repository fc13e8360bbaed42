import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrate } from '@rondo/postgres/migrations';
import { onDatabase } from '@rondo/postgres/test/test-database';
import {
  databaseSecret,
  databaseSecretKey,
  startService,
  type ServiceDefinition,
} from '../../src/service.ts';
import { createTestDatabase } from '../support/database.ts';
import { startScriptedSidecar } from '../support/scripted-sidecar.ts';

const schema = 'todo_service';

test('a service with MIGRATE_AT_START=false waits for its schema and does not migrate it', async (t) => {
  const { url } = await createTestDatabase(t);
  const sidecar = await startScriptedSidecar(t, { [databaseSecret]: { [databaseSecretKey]: url } });
  const directory = await mkdtemp(join(tmpdir(), 'rondo-migrations-'));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, '0001-create-tasks.sql'), 'create table tasks (id integer primary key)');
  let isBuilt = false;
  const definition: ServiceDefinition = {
    name: 'waiting-service',
    description: 'waits for its schema',
    database: { schema, migrations: directory },
    create() {
      isBuilt = true;
      return { addRoutes: () => undefined };
    },
  };
  const starting = startService(definition, {
    PORT: '0',
    METRICS_PORT: '0',
    DAPR_HTTP_ENDPOINT: sidecar.url,
    DAPR_API_TOKEN: 'api-token-of-tests',
    APP_API_TOKEN: 'app-token-of-tests',
    TOKEN_ISSUER: 'urn:rondo:test',
    JWKS_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'silent',
    MIGRATE_AT_START: 'false',
  });
  t.after(async () => (await starting).stop());
  // Gives the service as much time as another program needs for its own schema.
  await migrate(url, { schema: 'another_service', directory });
  assert.equal(isBuilt, false);
  const { rows } = await onDatabase(url, (client) =>
    client.query("select to_regnamespace('todo_service') as schema"),
  );
  assert.deepEqual(rows, [{ schema: null }]);
  await migrate(url, { schema, directory });
  await starting;
  assert.equal(isBuilt, true);
});
