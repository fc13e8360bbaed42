import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrustedProxies } from '@rondo/shared/http/client-address';
import { listen, openGateway } from './support/gateway.ts';

test('every answer has the security headers, and a personal one is not stored', async (t) => {
  const { url: service } = await listen(t, ({ url = '' }, response) => {
    if (url.startsWith('/calendar')) response.setHeader('cache-control', 'private, no-cache');
    if (url.startsWith('/confirm'))
      response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    response.end('{}');
  });
  const { url } = await openGateway(t, { 'todo-service': service, 'notification-service': service });
  const cases = [
    ['/api/v1/tasks', 200, 'no-store'],
    ['/api/v1/audit', 503, 'no-store'],
    ['/api/v1/nowhere', 404, 'no-store'],
    ['/calendar/secret.ics', 200, 'private, no-cache'],
    ['/confirm/token', 200, null],
    ['/', 200, 'no-cache'],
    ['/assets/home.js', 200, 'public, max-age=300'],
    ['/nowhere', 404, null],
  ] as const;
  for (const [path, status, caching] of cases) {
    const { headers, status: got } = await fetch(`${url}${path}`);
    assert.equal(got, status, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, path);
    assert.equal(headers.get('cache-control'), caching, path);
    assert.equal(headers.get('strict-transport-security'), null, path);
  }
});

test('HSTS is sent where it is set and the client uses TLS', async (t) => {
  const { url } = await openGateway(
    t,
    {},
    { hstsSeconds: 31_536_000, trustedProxies: parseTrustedProxies('loopback') },
  );
  const hsts = async (protocol: string) =>
    (await fetch(url, { headers: { 'x-forwarded-proto': protocol } })).headers.get(
      'strict-transport-security',
    );
  assert.equal(await hsts('https'), 'max-age=31536000');
  assert.equal(await hsts('http'), null);
});
