import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { readManifests } from './manifest.ts';

type Path = {
  path: string;
  pathType: string;
  backend: { service: { name: string; port: { name: string } } };
};

/** Everything that no service claims goes to the gateway, its pages included. */
const otherPaths = ['/.well-known', '/health', '/'].map((path) => [path, 'gateway']);

describe('the Ingress', () => {
  const [ingress] = readManifests('ingress/*.yaml');
  const paths = ingress?.['spec'].rules[0].http.paths as Path[];

  test('routes the public paths of the registry, and everything else to the gateway', () => {
    const expected = [
      ...serviceRegistry.flatMap(({ name, publicPaths }) => publicPaths.map((path) => [path, name])),
      ...otherPaths,
    ];
    assert.deepEqual(
      new Set(paths.map(({ path, backend }) => [path, backend.service.name])),
      new Set(expected),
    );
  });

  test('has each path once', () => {
    assert.equal(new Set(paths.map(({ path }) => path)).size, paths.length);
  });

  test('matches whole path segments, and names ports', () => {
    for (const { pathType, backend } of paths)
      assert.deepEqual([pathType, backend.service.port], ['Prefix', { name: 'http' }]);
  });
});
