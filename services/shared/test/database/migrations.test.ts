import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrate } from '@rondo/postgres/migrations';
import { openPool } from '@rondo/postgres/open-pool';
import { defineService } from '../../src/define-service.ts';
import { databaseSecretKey, databaseSecretOf, startService } from '../../src/service.ts';
import type { ServiceEntry } from '../../src/service-registry.ts';
import { createTestDatabase } from '../support/database.ts';
import { startScriptedSidecar } from '../support/scripted-sidecar.ts';

const schema = 'todo_service';

test('a service with MIGRATE_AT_START=false waits for its schema and does not migrate it', async (t) => {
  const { url } = await createTestDatabase(t);
  const sidecar = await startScriptedSidecar(t, {
    [databaseSecretOf('waiting-service')]: { [databaseSecretKey]: url },
  });
  const folder = await mkdtemp(join(tmpdir(), 'rondo-migrations-'));
  t.after(() => rm(folder, { recursive: true }));
  const directory = join(folder, 'migrations');
  await mkdir(directory);
  await writeFile(join(directory, '0001-create-tasks.sql'), 'create table tasks (id integer primary key)');
  let isBuilt = false;
  const definition = defineService({
    name: 'waiting-service',
    description: 'waits for its schema',
    context() {
      isBuilt = true;
    },
    routes: [],
  });
  const entry: ServiceEntry = {
    name: 'waiting-service',
    ports: { http: 0, sidecar: 0, metrics: 0 },
    schema,
    publicPaths: [],
    topics: { consumes: [], produces: [] },
    folder,
  };
  const env = {
    PORT: '0',
    METRICS_PORT: '0',
    DAPR_HTTP_ENDPOINT: sidecar.url,
    DAPR_API_TOKEN: 'api-token-of-tests',
    APP_API_TOKEN: 'app-token-of-tests',
    TOKEN_ISSUER: 'urn:rondo:test',
    JWKS_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'silent',
    MIGRATE_AT_START: 'false',
  };
  const starting = startService(definition, env, { entry });
  t.after(async () => (await starting).stop());
  // Gives the service as much time as another program needs for its own schema.
  await migrate(url, { schema: 'another_service', directory });
  assert.equal(isBuilt, false);
  const pool = openPool(url, 'test', 1);
  const { rows } = await pool.query("select to_regnamespace('todo_service') as schema");
  await pool.end();
  assert.deepEqual(rows, [{ schema: null }]);
  await migrate(url, { schema, directory });
  await starting;
  assert.equal(isBuilt, true);
});
