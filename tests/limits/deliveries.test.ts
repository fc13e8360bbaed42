/** The largest deliveries that a sidecar makes stay within the memory of each consumer's pod. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { auditSecret, notificationSecret, topics } from '@rondo/shared/contracts/topics';
import { folderOf, serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import { databaseSecretKey, databaseSecretOf } from '@rondo/shared/service';
import { createTestDatabase } from '@rondo/shared/test/database';
import { createTestIssuer } from '@rondo/shared/test/identity';
import { startScriptedSidecar } from '@rondo/shared/test/scripted-sidecar';
import { untilStarted } from '@rondo/shared/test/service-process';
import { taskEvent } from '@rondo/shared/test/task-event';
import { limitMemory } from '../support/memory-limit.ts';

const root = resolve(import.meta.dirname, '../..');
const appToken = 'app-token-of-tests';
const largestTopics = new Set<string>([topics.taskEvents, topics.taskUpdates]);
/** A text whose characters take the most bytes in JSON. */
const description = '\u0001'.repeat(20_000);

/** The memory limit of a service's pod, in bytes. */
function podLimit({ name }: ServiceEntry): number {
  const manifest = readFileSync(join(root, 'k8s/deployments', name, 'deployment.yaml'), 'utf8');
  return Number(/limits:\n\s+memory: (\d+)Mi/.exec(manifest)?.[1]) * 1024 * 1024;
}

/** The options of Node.js in a service's image: without a limit of its own, V8 lets a heap grow to 304 MiB in a pod of 208 MiB. */
function nodeOptions({ name }: ServiceEntry): string {
  const dockerfile = readFileSync(join(root, 'services', name, 'Dockerfile'), 'utf8');
  return /NODE_OPTIONS="([^"]*)"/.exec(dockerfile)?.[1] ?? '';
}

/** Starts a service as a process that is killed when it takes more memory than its pod has. */
async function startInPod(
  t: TestContext,
  entry: ServiceEntry,
  group: string,
): Promise<{ url: string; ended: Promise<string> }> {
  const key = Buffer.alloc(32, 7).toString('base64');
  const database = entry.schema ? await createTestDatabase(t) : { url: '' };
  const sidecar = await startScriptedSidecar(t, {
    [databaseSecretOf(entry.name)]: { [databaseSecretKey]: database.url },
    [notificationSecret]: { 'encryption-keys': key },
    [auditSecret]: { 'checkpoint-keys': key },
  });
  const issuer = await createTestIssuer();
  const main = join(folderOf(entry), 'src/main.ts');
  const child = spawn(
    'sh',
    ['-c', 'echo $$ > "$0"; exec "$@"', group, process.execPath, ...process.execArgv, main],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: nodeOptions(entry),
        PORT: '0',
        METRICS_PORT: '0',
        DAPR_HTTP_ENDPOINT: sidecar.url,
        DAPR_API_TOKEN: 'api-token-of-tests',
        APP_API_TOKEN: appToken,
        TOKEN_ISSUER: issuer.issuer,
        JWKS_URL: await issuer.serve(t),
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return untilStarted(child);
}

type Declared = { topic: string; route: string; bulkSubscribe: { maxMessagesCount: number } };

const headers = { 'dapr-api-token': appToken, 'content-type': 'application/json' };

/** A bulk delivery of the largest events of a person. */
function deliveryOf(
  topic: string,
  workspaceId: string,
  { from, count }: { from: number; count: number },
): string {
  const entries = Array.from({ length: count }, (_, n) => {
    const event = taskEvent(workspaceId, from + n);
    const data = { ...event, payload: { ...event.payload, description } };
    const envelope = { specversion: '1.0', id: event.event_id, source: 'todo-service', topic, data };
    return { entryId: String(n), event: Buffer.from(JSON.stringify(envelope)).toString('base64') };
  });
  return JSON.stringify({ entries });
}

for (const entry of serviceRegistry) {
  const { consumes, fansOut = [] } = entry.topics;
  const topic = [...consumes, ...fansOut].find((one) => largestTopics.has(one));
  if (topic === undefined) continue;
  test(`${entry.name} takes the largest deliveries of two partitions within the memory of its pod`, async (t) => {
    const group = limitMemory(t, podLimit(entry));
    if (group === undefined) return t.skip('this machine allows no control group with a limit of memory');
    const { url, ended } = await startInPod(t, entry, group);
    const declared = (await (await fetch(`${url}/dapr/subscribe`, { headers })).json()) as Declared[];
    const subscription = declared.find((one) => one.topic === topic);
    assert.ok(subscription);
    const { maxMessagesCount: count } = subscription.bulkSubscribe;
    const deliver = async (workspaceId: string, from: number) => {
      const body = deliveryOf(topic, workspaceId, { from, count });
      const response: Response = await Promise.race([
        fetch(`${url}${subscription.route}`, { method: 'POST', headers, body }),
        ended.then((how) => assert.fail(how)),
      ]);
      const { statuses } = (await response.json()) as { statuses: { status: string }[] };
      assert.deepEqual([...new Set(statuses.map(({ status }) => status))], ['SUCCESS']);
    };
    const people = [v7(), v7()];
    for (let from = 1; from <= 3 * count; from += count)
      await Promise.all(people.map((workspaceId) => deliver(workspaceId, from)));
  });
}
