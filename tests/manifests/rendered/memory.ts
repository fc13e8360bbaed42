import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readManifests, root } from '../manifest.ts';
import { controlPlaneMemory, maxBytes, memoryOf, memoryTable, sumOf } from '../memory-table.ts';
import { base, services, workloads } from '../rendered-base.ts';

const readme = readFileSync(join(root, 'k8s/README.md'), 'utf8');
const withoutSpaces = (text: string) => text.replaceAll(/[ -]+/g, ' ');

const minikube = [...memoryOf(base), ...controlPlaneMemory()];
const lab = [
  ...minikube.filter(({ pod }) => pod !== 'redpanda'),
  ...memoryOf(readManifests('overlays/lab/kafka.yaml')),
];

describe('the memory of one machine', () => {
  test('counts each pod, each sidecar and the control plane', () => {
    assert.equal(minikube.filter(({ pod }) => pod.endsWith(', sidecar')).length, services.length);
    assert.equal(minikube.length, workloads.length + services.length + controlPlaneMemory().length);
    assert.equal(lab.length, minikube.length);
  });

  for (const [name, memory] of Object.entries({ minikube, lab })) {
    test(`is enough for all limits of ${name} together`, () => {
      assert.ok(sumOf(memory, 'limit') <= maxBytes, `${sumOf(memory, 'limit')} bytes`);
      assert.ok(sumOf(memory, 'request') <= sumOf(memory, 'limit'));
    });
  }

  test('is in the README as in the manifests', () => {
    assert.ok(withoutSpaces(readme).includes(withoutSpaces(memoryTable(minikube))), memoryTable(minikube));
    const sum = sumOf(lab, 'limit') / 1024 ** 2;
    assert.ok(readme.includes(`${sum} Mi`), `the lab: ${sum} Mi`);
  });
});
