import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentOf, type Installation } from '../src/service-environment.ts';
import { parseHostSettings } from '../src/settings.ts';

test('allowed origins are origins as browsers send them: no wildcard, no null, no path', () => {
  const given = ' https://app.example.com, http://localhost:5173,http://[::1]:8080,capacitor://localhost,';
  assert.deepEqual(parseHostSettings({ RONDO_ALLOWED_ORIGINS: given }).allowedOrigins, [
    'https://app.example.com',
    'http://localhost:5173',
    'http://[::1]:8080',
    'capacitor://localhost',
  ]);
  for (const wrong of ['*', 'null', 'https://*.example.com', 'https://a.example/', 'https://a.example/app'])
    for (const origins of [wrong, `https://app.example.com,${wrong}`])
      assert.throws(
        () => parseHostSettings({ RONDO_ALLOWED_ORIGINS: origins }),
        /RONDO_ALLOWED_ORIGINS.* origins without a path/,
        origins,
      );
});

test('the rate limit of a host is that of its gateway and of each service; 0 turns it off', () => {
  assert.deepEqual(parseHostSettings({}).rateLimit, { perSecond: 100, burst: 500 });
  const settings = parseHostSettings({ RONDO_RATE_LIMIT_PER_SECOND: '0', RONDO_RATE_LIMIT_BURST: '7' });
  assert.deepEqual(settings.rateLimit, { perSecond: 0, burst: 7 });
  const installation = {
    settings,
    tokens: { apiToken: 'api', appToken: 'app' },
    keys: { issuer: { issuer: 'urn:test', audience: 'rondo' } },
    gatewayUrl: 'http://127.0.0.1:8000',
  } as Installation;
  const env = environmentOf({ http: 1, sidecar: 2, metrics: 3 }, installation);
  assert.deepEqual([env['RATE_LIMIT_PER_SECOND'], env['RATE_LIMIT_BURST']], ['0', '7']);
});
