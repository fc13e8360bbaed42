import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifests } from './manifest.ts';

test('the Ingress sends everything to the gateway, which has the limits and knows the paths of the services', () => {
  const [ingress] = readManifests('ingress/ingress.yaml');
  assert.deepEqual(ingress?.['spec'].rules[0].http.paths, [
    {
      path: '/',
      pathType: 'Prefix',
      backend: { service: { name: 'gateway', port: { name: 'http' } } },
    },
  ]);
});
