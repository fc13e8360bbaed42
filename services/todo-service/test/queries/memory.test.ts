import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startTestService, type TestService } from '@rondo/shared/test/service';
import { untilStarted } from '@rondo/shared/test/service-process';
import { service as todoService } from '../../src/service.ts';
import { seedTasks, seedVersions } from '../support/seed-events.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** The memory limit of the service's pod, in MiB. */
function podLimit(): number {
  const manifest = readFileSync(join(root, 'k8s/deployments/todo-service/deployment.yaml'), 'utf8');
  const [, mebibytes] = /limits:\n\s+memory: (\d+)Mi/.exec(manifest) ?? [];
  return Number(mebibytes);
}

/** Starts one more replica as a process whose heap is as large as the pod. @returns its URL, and when it has ended */
async function startInPod(t: TestContext, { sidecar, issuer }: TestService) {
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      `--max-old-space-size=${podLimit()}`,
      join(root, 'services/todo-service/src/main.ts'),
    ],
    {
      env: {
        ...process.env,
        PORT: '0',
        METRICS_PORT: '0',
        DAPR_HTTP_ENDPOINT: sidecar.url,
        DAPR_API_TOKEN: 'api-token-of-tests',
        APP_API_TOKEN: 'app-token-of-tests',
        TOKEN_ISSUER: issuer.issuer,
        JWKS_URL: await issuer.serve(t),
        RATE_LIMIT_PER_SECOND: '0',
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  return untilStarted(child);
}

test('readers of the largest pages do not take more memory than the pod has', async (t) => {
  const running = await startTestService(t, todoService);
  const [versions, tasks] = [await running.person(), await running.person()];
  const description = '\u0001'.repeat(20_000);
  const id = await seedVersions(running.database_url, versions.id, {
    count: 400,
    description,
    changed: ['priority', 'description'],
  });
  await seedTasks(running.database_url, tasks.id, { count: 400, description });
  const { url, ended } = await startInPod(t, running);
  const read = async (who: { token: string }, path: string) => {
    const response = await Promise.race([
      fetch(`${url}${path}`, { headers: { authorization: `Bearer ${who.token}` } }),
      ended.then((how) => assert.fail(how)),
    ]);
    const { byteLength } = await response.arrayBuffer();
    assert.equal(response.status, 200, path);
    assert.ok(byteLength > 500_000 && byteLength < 1_100_000, `${path}: ${byteLength} bytes`);
  };
  for (let round = 0; round < 3; round += 1)
    await Promise.all(
      // A person reads at most two things at a time.
      Array.from({ length: 4 }, async () => {
        await read(versions, '/api/v1/changes?since=0&limit=1000');
        await read(tasks, '/api/v1/snapshot?limit=5000');
        await read(tasks, '/api/v1/tasks?limit=100');
        await read(tasks, '/api/v1/tasks?limit=100&q=rent&sort=due');
        await read(versions, `/api/v1/tasks/${id}/history?limit=100`);
      }),
    );
});
