import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readManifests } from './manifest.ts';
import { allows, type End } from './network.ts';
import { services, workloads } from './workloads.ts';

const policies = readManifests('base/network-policies.yaml');

function podOf(name: string) {
  const workload = workloads.find((one) => one.name === name);
  assert.ok(workload, name);
  return { namespace: 'rondo', labels: workload.labels };
}

/** Whether a pod of ours reaches another of ours: both have to allow it. */
const reaches = (from: string, to: string, port: number): boolean =>
  allows(policies, 'Egress', podOf(from), { peer: podOf(to), port }) &&
  allows(policies, 'Ingress', podOf(to), { peer: podOf(from), port });

const goesOut = (from: string, peer: End, port: number, protocol = 'TCP'): boolean =>
  allows(policies, 'Egress', podOf(from), { peer, port, protocol });

const pods = workloads.map(({ name }) => name);
const apps = services.map(({ name }) => name);
const portOf = (name: string) =>
  Number(services.find((one) => one.name === name)?.annotations['dapr.io/app-port']);
const system = (namespace: string) => ({ namespace, labels: {} });

describe('the network policies', () => {
  test('let the gateway reach every service, and services the keys of the gateway', () => {
    for (const app of apps) {
      assert.ok(reaches('gateway', app, portOf(app)), app);
      assert.ok(reaches(app, 'gateway', 8000), app);
    }
  });

  test('let no service reach another, nor its sidecar', () => {
    for (const from of apps)
      for (const to of apps)
        for (const port of [portOf(to), 3500, 50_001, 50_002])
          assert.ok(!reaches(from, to, port), `${from} ${to}`);
  });

  test('lead to Kafka and PostgreSQL whoever has work there, and nobody else', () => {
    for (const [to, port] of [
      ['redpanda', 9092],
      ['postgres', 5432],
    ] as const) {
      const expected = [...apps, 'release-job'];
      assert.deepEqual(pods.filter((from) => reaches(from, to, port)).toSorted(), expected.toSorted());
      assert.ok(!allows(policies, 'Ingress', podOf(to), { peer: system('elsewhere'), port }));
    }
  });

  test('let everybody ask for names, and sidecars find their control plane and the Kubernetes API', () => {
    for (const from of pods) {
      assert.ok(goesOut(from, system('kube-system'), 53, 'UDP'), from);
      const hasSidecar = apps.includes(from);
      for (const port of [6500, 50_001])
        assert.equal(goesOut(from, system('dapr-system'), port), hasSidecar, from);
      assert.equal(goesOut(from, { address: '10.96.0.1' }, 443), hasSidecar, from);
      assert.equal(goesOut(from, system('observability'), 4317), hasSidecar, from);
    }
  });

  test('let notification-service out to people, and nobody else, and that one not into private networks', () => {
    for (const from of pods)
      for (const port of [443, 465, 587])
        assert.equal(goesOut(from, { address: '203.0.113.7' }, port), from === 'notification-service', from);
    for (const address of ['10.1.2.3', '169.254.169.254', '192.168.1.1', '172.20.0.1', '100.100.0.1'])
      assert.ok(!goesOut('notification-service', { address }, 25), address);
  });

  test('open metrics to Prometheus, and nothing else to any other namespace', () => {
    for (const app of apps) {
      const from = (namespace: string, port: number) =>
        allows(policies, 'Ingress', podOf(app), { peer: system(namespace), port });
      for (const port of [portOf(app) + 1100, 9090]) {
        assert.ok(from('observability', port), app);
        assert.ok(!from('elsewhere', port), app);
      }
      assert.ok(!from('observability', portOf(app)), app);
    }
  });
});
