import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { parse } from 'yaml';
import { readManifests, root } from './manifest.ts';

const names = serviceRegistry.map(({ name }) => name);
const read = (path: string) => readFileSync(join(root, 'k8s', path), 'utf8');
const kustomization = (folder: string) =>
  parse(read(`${folder}/kustomization.yaml`)) as { resources: string[]; images: { name: string }[] };

/** Where a service has to be named once. The ports, topics and paths have tests of their own. */
describe('each service of the registry, and no other,', () => {
  test('has a folder of manifests that is part of every overlay', () => {
    const { resources } = kustomization('deployments');
    assert.deepEqual(
      resources.filter((resource) => existsSync(join(root, 'services', resource))).toSorted(),
      names.toSorted(),
    );
  });

  test('has an image that a release sets by digest', () => {
    assert.deepEqual(
      kustomization('managed').images.map((image) => image.name),
      [...names, 'gateway', 'release-job'].map((name) => `rondo/${name}`),
    );
  });

  test('has the retries of the Resiliency', () => {
    const [resiliency] = readManifests('dapr-components/resiliency.yaml');
    assert.deepEqual(new Set(resiliency?.['scopes'] as string[]), new Set(names));
  });

  test('has an alert for when no replica is measured', () => {
    const rules = read('observability/prometheus-rules.yaml');
    assert.deepEqual(
      [...rules.matchAll(/absent\(rondo_dependency_up\{service="([^"]+)"\}\)/g)].map(([, name]) => name),
      names,
    );
  });
});
