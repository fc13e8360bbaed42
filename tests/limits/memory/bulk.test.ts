/** The largest bulk requests of many people at the same time stay within the memory of the pod of todo-service. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { bodyLimitAt, findService } from '@rondo/shared/service-registry';
import { startServicePod } from '../../support/pod.ts';

const mebibyte = 1024 * 1024;
const path = '/api/v1/tasks/bulk';
const people = 64;

/** One character that is not Latin-1 makes a text take two bytes for each. */
const operation = { op: 'create', title: 'a', description: `漢${'x'.repeat(18_000)}` };
const operationBytes = Buffer.byteLength(JSON.stringify(operation)) + 1;
const maxBytes = bodyLimitAt('todo-service', path);
const bodyOf = (bytes: number) =>
  JSON.stringify({
    operations: Array.from({ length: Math.floor((bytes - 100) / operationBytes) }, () => operation),
  });

for (const [what, bytes] of [
  ['of almost 4 MiB', maxBytes],
  ['of almost 3 MiB, two of which are in memory at the same time', (3 / 4) * maxBytes],
] as const)
  test(`bulk requests ${what}, from ${people} people`, (t) => sendFromMany(t, bodyOf(bytes)));

async function sendFromMany(t: TestContext, body: string): Promise<void> {
  const pod = await startServicePod(t, findService('todo-service'));
  if (!pod) return;
  const authorizationOf = async (personId: string) =>
    `Bearer ${await pod.issuer.tokenFor({ sub: personId })}`;
  // It gets the issuer's keys from this process, which is busy later.
  await fetch(`${pod.url}/api/v1/tasks`, { headers: { authorization: await authorizationOf(v7()) } });
  const send = async (personId: string): Promise<number> => {
    const authorization = await authorizationOf(personId);
    const answer = await Promise.race([
      fetch(`${pod.url}${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body,
      }),
      pod.ended.then((how) => assert.fail(how)),
    ]);
    const text = await answer.text();
    assert.ok([200, 429].includes(answer.status), `${answer.status} ${text.slice(0, 500)}`);
    if (answer.status === 429) assert.ok(answer.headers.get('retry-after'));
    return answer.status;
  };
  const begin = performance.now();
  const statuses = await Promise.all(Array.from({ length: people }, () => send(v7())));
  const done = statuses.filter((status) => status === 200).length;
  t.diagnostic(`${done} of ${people} within ${Math.round(performance.now() - begin)} ms`);
  t.diagnostic(`at most ${(pod.peak() / mebibyte).toFixed(0)} MiB`);
  assert.ok(done > 0);
}
