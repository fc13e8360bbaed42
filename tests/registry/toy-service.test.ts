import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { portOr } from '@rondo/host-common/free-port';
import { parseHostSettings } from '@rondo/host-common/settings';
import { startEmbeddedHost } from '@rondo/host-embedded/host';
import { openPool } from '@rondo/postgres/open-pool';
import { serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import { createTestDatabase } from '@rondo/shared/test/database';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** All that a new service needs, besides its folder. */
const toyService: ServiceEntry = {
  name: 'toy-service',
  ports: { http: 8090, sidecar: 3590, metrics: 9190 },
  schema: 'toy_service',
  messagingTables: 'shared',
  publicPaths: ['/api/v1/toys'],
  topics: { consumes: ['toy-events'], produces: ['toy-events'] },
  folder: join(import.meta.dirname, 'toy-service'),
};

test('a service is added by one entry of the registry and one folder', async (t) => {
  const { url: databaseUrl } = await createTestDatabase(t);
  const sidecarPort = await portOr(0);
  const settings = parseHostSettings(
    {
      RONDO_PORT: '0',
      RONDO_DATA_DIR: await temporaryDirectory(t),
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'warn',
    },
    [...serviceRegistry, toyService],
  );
  const services = settings.services.map((entry) =>
    entry.name === toyService.name ? { ...entry, ports: { ...entry.ports, sidecar: sidecarPort } } : entry,
  );
  const host = await startEmbeddedHost({ ...settings, services }, () => undefined);
  t.after(() => host.stop());

  const headers = {
    authorization: `Bearer ${await host.issuer.tokenFor('ada')}`,
    'content-type': 'application/json',
  };
  const toysUrl = `${host.url}/api/v1/toys`;
  assert.equal((await fetch(toysUrl)).status, 401, 'the gateway leads to it, and it asks for a token');
  const made = await fetch(toysUrl, { method: 'POST', headers, body: '{"name":"a ball"}' });
  assert.equal(made.status, 201);
  await eventually(async () => {
    const [toy] = (await (await fetch(toysUrl, { headers })).json()) as { is_announced: boolean }[];
    return toy?.is_announced;
  });

  const sidecar = await fetch(`http://127.0.0.1:${sidecarPort}/v1.0/healthz/outbound`);
  assert.equal(sidecar.status, 204, 'its sidecar answers on its port');

  const ready = (await (await fetch(`${host.url}/health/ready`)).json()) as {
    services: Record<string, { status: string; dependencies: Record<string, { status: string }> }>;
  };
  assert.equal(ready.services['toy-service']?.status, 'ready');
  assert.deepEqual(Object.keys(ready.services['toy-service'].dependencies).toSorted(), [
    'consumers',
    'database',
    'relay',
    'sidecar',
  ]);

  const pool = openPool(databaseUrl, 'registry test', 1);
  t.after(() => pool.end());
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM toy_service.migrations UNION SELECT name FROM toy_service.messaging_migrations ORDER BY 1`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    [
      '0001-messaging.sql',
      '0001-toys.sql',
      '0002-dead-letter-accesses.sql',
      '0003-retention.sql',
      '0004-idempotency-keys.sql',
    ],
  );
});
