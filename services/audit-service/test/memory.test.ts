import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { openDatabase } from '@rondo/shared/database/database';
import { databaseSecretKey, databaseSecretOf } from '@rondo/shared/service';
import { createTestDatabase } from '@rondo/shared/test/database';
import { createTestIssuer } from '@rondo/shared/test/identity';
import { eventually } from '@rondo/shared/test/eventually';
import { startScriptedSidecar } from '@rondo/shared/test/scripted-sidecar';
import { portOr } from '@rondo/host-common/free-port';
import { v7 } from 'uuid';
import { recordAudit } from '../src/consumers/record-audit.ts';
import { createChainGrowth } from '../src/domain/chain-growth.ts';
import { openCheckpointKeys } from '../src/domain/checkpoint-keys.ts';
import type { Tables } from '../src/store/tables.ts';
import { createLog } from '@rondo/shared/observability/log';
import { event, secrets } from './support/audit.ts';

const manifest = join(import.meta.dirname, '../../../k8s/deployments/audit-service/deployment.yaml');

/** The memory limit of the service's pod in MiB. */
function podMemory(): number {
  type Deployment = {
    spec: { template: { spec: { containers: { resources: { limits: { memory: string } } }[] } } };
  };
  const { spec } = parse(readFileSync(manifest, 'utf8')) as Deployment;
  return Number(/^(\d+)Mi$/.exec(spec.template.spec.containers[0]?.resources.limits.memory ?? '')?.[1]);
}

/** Starts the service as a process whose heap is as large as its pod. */
async function startProcess(t: TestContext) {
  const database = await createTestDatabase(t);
  const secret = secrets();
  const sidecar = await startScriptedSidecar(t, {
    ...secret,
    [databaseSecretOf('audit-service')]: { [databaseSecretKey]: database.url },
  });
  const issuer = await createTestIssuer();
  const [port, metrics] = [await portOr(0), await portOr(0)];
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${podMemory()}`,
      join(import.meta.dirname, '../src/main.ts'),
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PORT: String(port),
        METRICS_PORT: String(metrics),
        DAPR_HTTP_ENDPOINT: sidecar.url,
        DAPR_API_TOKEN: 'api-token-of-tests',
        APP_API_TOKEN: 'app-token-of-tests',
        TOKEN_ISSUER: issuer.issuer,
        JWKS_URL: await issuer.serve(t),
        RATE_LIMIT_PER_SECOND: '0',
        LOG_LEVEL: 'silent',
      },
    },
  );
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/health/ready`)).ok, {
    timeout_ms: 60_000,
    what: 'the service',
  });
  return { url, issuer, database, child };
}

/** Records a chain whose events are larger together than the heap: the same task, changed again and again. */
async function fillChain(
  t: TestContext,
  url: string,
  workspaceId: string,
  megabytes: number,
): Promise<number> {
  const database = openDatabase<Tables>(url, 'audit test', 2);
  t.after(() => database.destroy());
  const keys = openCheckpointKeys(Buffer.alloc(32).toString('base64'));
  const log = createLog('test', 'silent');
  const ctx = {
    clock: { now: () => new Date() },
    log,
    checkpoints: { keys, growth: createChainGrowth(1_000) },
  };
  const description = '\u0001'.repeat(20_000);
  const count = Math.ceil((megabytes * 1024 * 1024) / (6 * description.length));
  for (let seq = 1; seq <= count; seq += 25) {
    const events = Array.from({ length: 25 }, (_, n) => {
      const short = event(workspaceId, seq + n);
      return { ...short, payload: { ...short.payload, description } };
    });
    await database
      .transaction()
      .execute((trx) => recordAudit(ctx, events, trx, { passOver: () => undefined }));
  }
  return Math.ceil(count / 25) * 25;
}

test('verifying, exporting and listing a chain that is larger than the pod stays within its memory', async (t) => {
  const { url, issuer, database, child } = await startProcess(t);
  const workspaceId = v7();
  const count = await fillChain(t, database.url, workspaceId, 1.2 * podMemory());
  const token = await issuer.tokenFor({ sub: workspaceId });
  const get = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });

  const verified = (await (await get('/api/v1/audit/verify')).json()) as { intact: boolean; records: number };
  assert.deepEqual([verified.intact, verified.records], [true, count]);
  const exported = await get('/api/v1/audit/export');
  assert.equal(exported.status, 200);
  let lines = 0;
  for await (const chunk of exported.body ?? []) {
    for (const byte of chunk as Uint8Array) if (byte === 10) lines += 1;
  }
  assert.equal(lines, count + 2, 'each record, the head and a checkpoint');
  assert.equal((await get('/api/v1/audit?limit=100')).status, 200);
  assert.equal(child.exitCode, null, 'the process is still the same');
});
