import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { isRefused } from '@rondo/shared/test/is-refused';
import { serviceRegistry } from '@rondo/shared/service-registry';
import type { ServiceUrls } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { jwks, listen, names, nowhere, openGateway } from './support/gateway.ts';

/** A service that echoes its request. */
const echo =
  (name: string): RequestListener =>
  async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ name, method, url, body, host: headers.host, authorization: headers.authorization }),
    );
  };

test('each path is proxied to its service, with method, query, body, token and host unchanged', async (t) => {
  const services = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await listen(t, echo(name))).url] as const)),
  );
  const { url } = await openGateway(t, services);
  for (const { name, publicPaths } of serviceRegistry) {
    for (const path of publicPaths.filter((prefix) => prefix !== '/ws')) {
      const answer = await fetch(`${url}${path}/below?a=1`, {
        method: 'POST',
        headers: { authorization: 'Bearer me', 'content-type': 'application/json' },
        body: '{"title":"x"}',
      });
      assert.deepEqual(await answer.json(), {
        name,
        method: 'POST',
        url: `${path}/below?a=1`,
        body: '{"title":"x"}',
        host: new URL(url).host,
        authorization: 'Bearer me',
      });
    }
  }
});

test('an unknown path is a 404 problem', async (t) => {
  const { url } = await openGateway(t);
  const answer = await fetch(`${url}/api/v1/nothing`);
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
});

test('a request to a service that is down gets a 503 problem with its name and Retry-After', async (t) => {
  const { url } = await openGateway(t);
  const answer = await fetch(`${url}/api/v1/tasks`, { method: 'POST', body: 'x' });
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '1');
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const { code, detail } = (await answer.json()) as Record<string, string>;
  assert.deepEqual(
    { code, detail },
    { code: 'unavailable', detail: 'todo-service does not respond. Try again.' },
  );
});

test('it is healthy without services, and ready if all of them are', async (t) => {
  const ready = await listen(t, (_request, response) => response.end('{"status":"ready"}'));
  const degraded = await listen(t, (_request, response) => response.end('{"status":"degraded"}'));
  const all = Object.fromEntries(names.map((name) => [name, ready.url]));
  const readinessOf = async (services: ServiceUrls) => {
    const { url } = await openGateway(t, services);
    assert.equal((await fetch(`${url}/health`)).status, 200);
    const answer = await fetch(`${url}/health/ready`);
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  assert.deepEqual(await readinessOf(all), [200, 'ready']);
  assert.deepEqual(await readinessOf({ ...all, 'audit-service': degraded.url }), [200, 'degraded']);
  assert.deepEqual(await readinessOf({ ...all, 'audit-service': nowhere }), [503, 'unavailable']);
});

test('the public keys are served with a max-age', async (t) => {
  const { url } = await openGateway(t);
  const answer = await fetch(`${url}/.well-known/jwks.json`);
  assert.deepEqual(await answer.json(), jwks);
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=300');
});

test('a stop waits for requests in progress', async (t) => {
  const answers: (() => void)[] = [];
  const busy = await listen(t, (_request, response) => void answers.push(() => response.end('"done"')));
  const { url, close } = await openGateway(t, { 'todo-service': busy.url });
  const underWay = fetch(`${url}/api/v1/tasks`);
  await eventually(() => answers.length === 1);
  const closed = close();
  await eventually(() => isRefused(url));
  answers[0]?.();
  const answer = await underWay;
  assert.deepEqual([answer.status, await answer.text()], [200, '"done"']);
  await closed;
});

test('the error for a port in use names the port and its variable', async (t) => {
  const taken = await listen(t, (_request, response) => response.end());
  const port = Number(new URL(taken.url).port);
  const services = Object.fromEntries(names.map((name) => [name, nowhere]));
  await assert.rejects(
    startGateway({ host: '127.0.0.1', port, jwks, services }),
    new RegExp(`Port ${port} is in use: .* set PORT to another port`),
  );
});

test('those who ask for readiness at the same time share one question to each service', async (t) => {
  let asked = 0;
  const service: RequestListener = (_request, response) => {
    asked += 1;
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end('{"status":"ready"}');
    }, 50);
  };
  const { url: upstream } = await listen(t, service);
  const { url } = await openGateway(t, Object.fromEntries(names.map((name) => [name, upstream])));
  const answers = await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/health/ready`)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.ok(asked <= 5 * names.length, `${asked} requests for 100`);
});
