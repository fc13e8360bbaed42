import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readManifests } from './manifest.ts';
import { controlPlaneMemory, memoryOf, memoryTable, mostBytes, sumOf } from './memory.ts';

const readme = readFileSync(join(import.meta.dirname, '../../k8s/README.md'), 'utf8');
const withoutSpaces = (text: string) => text.replaceAll(/[ -]+/g, ' ');

const minikube = [...memoryOf(readManifests('deployments/*.yaml')), ...controlPlaneMemory()];
const lab = [
  ...minikube.filter(({ pod }) => pod !== 'redpanda'),
  ...memoryOf(readManifests('overlays/lab/kafka.yaml')),
];

describe('the memory of one machine', () => {
  test('counts every service with its sidecar, what they stand on, and the control plane', () => {
    assert.equal(minikube.filter(({ pod }) => pod.endsWith(', sidecar')).length, 5);
    assert.equal(minikube.length, 9 + 5 + 4);
    assert.equal(lab.length, minikube.length);
  });

  for (const [name, memory] of Object.entries({ minikube, lab })) {
    test(`is enough for all that ${name} may use at once`, () => {
      assert.ok(sumOf(memory, 'limit') <= mostBytes, `${sumOf(memory, 'limit')} bytes`);
      assert.ok(sumOf(memory, 'request') <= sumOf(memory, 'limit'));
    });
  }

  test('is told in the README as the manifests have it', () => {
    assert.ok(withoutSpaces(readme).includes(withoutSpaces(memoryTable(minikube))), memoryTable(minikube));
    const sum = sumOf(lab, 'limit') / 1024 ** 2;
    assert.ok(readme.includes(`${sum} Mi`), `the lab: ${sum} Mi`);
  });
});
