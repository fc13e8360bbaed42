import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { parseTrustedProxies } from '@rondo/shared/http/client-address';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { startGateway } from '../src/gateway.ts';

async function open(
  t: TestContext,
  { allowedOrigins = [] as string[], service = 'http://127.0.0.1:1' } = {},
) {
  const services = Object.fromEntries<string>(serviceRegistry.map(({ name }) => [name, service]));
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    jwks: { keys: [] },
    services,
    allowedOrigins,
    trustedProxies: parseTrustedProxies('loopback'),
  });
  t.after(() => gateway[Symbol.asyncDispose]());
  return gateway.url;
}

const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

test('/ shows the services, and first commands with the address of the request', async (t) => {
  const url = await open(t);
  const answer = await fetch(url, asBrowser);
  const html = await answer.text();
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(html, /npm run --silent token/);
  assert.ok(html.includes(`curl -s ${url}/api/v1/tasks`));
  for (const { name } of serviceRegistry) assert.ok(html.includes(name), name);
});

test("pages run no third-party scripts and can't be framed", async (t) => {
  const url = await open(t);
  for (const path of ['/', '/docs', '/nowhere']) {
    const policy = (await fetch(`${url}${path}`, asBrowser)).headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self';/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
  }
});

test('an unknown path is an HTML page for browsers, and a problem for programs and below /api', async (t) => {
  const url = await open(t);
  const typeOf = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}${path}`, init);
    return `${answer.status} ${answer.headers.get('content-type')?.split(';')[0]}`;
  };
  assert.equal(await typeOf('/nowhere', asBrowser), '404 text/html');
  assert.equal(await typeOf('/nowhere'), '404 application/problem+json');
  assert.equal(await typeOf('/api/v1/nothing', asBrowser), '404 application/problem+json');
});

test('an unknown path is escaped in the page', async (t) => {
  const url = await open(t);
  const html = await (await fetch(`${url}/a'"<b>?x`, asBrowser)).text();
  assert.doesNotMatch(html, /<b>/);
});

test('the API documents need no token, and contain the address of the request', async (t) => {
  const url = await open(t);
  const json = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string; servers: unknown };
  assert.equal(json.openapi, '3.1.0');
  assert.deepEqual(json.servers, [{ url }]);

  const yaml = await fetch(`${url}/openapi.yaml`, { headers: { 'x-forwarded-proto': 'https' } });
  assert.equal(yaml.headers.get('content-type'), 'application/yaml');
  assert.deepEqual((parse(await yaml.text()) as typeof json).servers, [
    { url: url.replace('http', 'https') },
  ]);

  const events = parse(await (await fetch(`${url}/asyncapi.yaml`)).text()) as {
    asyncapi: string;
    servers: { gateway: { host: string; protocol: string } };
  };
  assert.equal(events.asyncapi, '3.0.0');
  assert.equal(events.servers.gateway.host, new URL(url).host);
  assert.equal(events.servers.gateway.protocol, 'ws');
});

test('the documents cost no more than other pages, however often they are asked for', async (t) => {
  const url = await open(t);
  const paths = ['/openapi.json', '/openapi.yaml', '/asyncapi.yaml'];
  const ask = async (path: string) => (await fetch(`${url}${path}`)).arrayBuffer();
  for (const path of paths) await ask(path);
  for (const path of paths) {
    const before = process.threadCpuUsage();
    for (let count = 0; count < 20; count += 1) await ask(path);
    const { user, system } = process.threadCpuUsage(before);
    assert.ok((user + system) / 1_000 < 600, `20 times ${path}: ${(user + system) / 1_000} ms of CPU`);
  }
});

test('a browser shows a YAML document instead of downloading it', async (t) => {
  const url = await open(t);
  const answer = await fetch(`${url}/openapi.yaml`, asBrowser);
  assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(answer.headers.get('vary'), 'accept');
});

test('the scripts and styles of the API reference are served by the gateway', async (t) => {
  const url = await open(t);
  const html = await (await fetch(`${url}/docs`)).text();
  for (const [, path = ''] of html.matchAll(/(?:src|href)="([^"]+)"/g))
    assert.equal((await fetch(new URL(path, url))).status, 200, path);
});

test('pages of another origin may call the API only if the origin is allowed', async (t) => {
  const service = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  await once(service, 'listening');
  t.after(() => service.close());
  const serviceUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  let sendable: string | null = null;
  const preflight = async (url: string, origin: string) => {
    const answer = await fetch(`${url}/api/v1/tasks`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,if-match,rondo-turn',
      },
    });
    sendable = answer.headers.get('access-control-allow-headers');
    return { status: answer.status, allowed: answer.headers.get('access-control-allow-origin') };
  };
  const app = 'https://app.example.com';
  const closed = await open(t, { service: serviceUrl });
  assert.deepEqual(await preflight(closed, app), { status: 404, allowed: null });
  const opened = await open(t, { service: serviceUrl, allowedOrigins: [app] });
  assert.deepEqual(await preflight(opened, app), { status: 204, allowed: app });
  assert.match(sendable ?? '', /rondo-turn/);
  assert.equal((await preflight(opened, 'https://other.example.com')).allowed, null);
  const answer = await fetch(`${opened}/api/v1/tasks`, { headers: { origin: app } });
  assert.equal(answer.headers.get('access-control-allow-origin'), app);
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /etag.*rondo-command/);
});
