import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseGatewaySettings, parseIdentityDirectory } from '../src/config.ts';

const urls = {
  JWKS_FILE: '/keys/jwks.json',
  TODO_SERVICE_URL: 'http://todo:8001',
  AUDIT_SERVICE_URL: 'http://audit:8002',
  WEBSOCKET_SERVICE_URL: 'http://websocket:8003',
  NOTIFICATION_SERVICE_URL: 'http://notification:8004',
  RECURRING_TASK_SERVICE_URL: 'http://recurring:8005',
};

test('by default it listens on port 8000 of loopback, and stops without a drain', () => {
  const { trustedProxies, ...settings } = parseGatewaySettings(urls);
  assert.equal(trustedProxies('127.0.0.1', 0), false);
  assert.deepEqual(settings, {
    host: '127.0.0.1',
    port: 8000,
    logLevel: 'info',
    jwksFile: '/keys/jwks.json',
    limits: { maxConnectionsPerAddress: 1_000, maxRequestsPerAddress: 200, maxRequests: 1_000 },
    hstsSeconds: 0,
    allowedOrigins: [],
    drainMs: 0,
    rateLimit: { perSecond: 100, burst: 500 },
    services: {
      'todo-service': 'http://todo:8001',
      'audit-service': 'http://audit:8002',
      'websocket-service': 'http://websocket:8003',
      'notification-service': 'http://notification:8004',
      'recurring-task-service': 'http://recurring:8005',
    },
  });
  assert.equal(parseGatewaySettings({ ...urls, DRAIN_SECONDS: '2.5' }).drainMs, 2_500);
});

test('allowed origins are a comma-separated list', () => {
  const { allowedOrigins } = parseGatewaySettings({
    ...urls,
    ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:5173',
  });
  assert.deepEqual(allowedOrigins, ['https://app.example.com', 'http://localhost:5173']);
});

test('the error names each invalid or missing variable', () => {
  const { AUDIT_SERVICE_URL: _absent, ...others } = urls;
  assert.throws(
    () => parseGatewaySettings({ ...others, TODO_SERVICE_URL: 'todo:8001', PORT: '70000' }),
    (error: Error) =>
      /AUDIT_SERVICE_URL is missing/.test(error.message) &&
      /TODO_SERVICE_URL/.test(error.message) &&
      /PORT/.test(error.message),
  );
});

test('the key is in IDENTITY_DIR, or in the data directory by default', () => {
  assert.equal(
    parseIdentityDirectory({ IDENTITY_DIR: '/mnt/identity', RONDO_DATA_DIR: '/data' }),
    '/mnt/identity',
  );
  assert.equal(parseIdentityDirectory({ RONDO_DATA_DIR: '/data' }), join('/data', 'identity'));
  assert.equal(parseIdentityDirectory({}), resolve('.rondo', 'identity'));
});
