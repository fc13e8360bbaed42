import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { allows, type End } from '../network.ts';
import { base, workloads } from '../rendered-base.ts';

const policies = base.filter(({ kind }) => kind === 'NetworkPolicy');

function podOf(name: string) {
  const workload = workloads.find((one) => one.name === name);
  assert.ok(workload, name);
  return { namespace: 'rondo', labels: workload.labels };
}

/** Whether one of our pods can connect to another: the policies of both have to allow it. */
const reaches = (from: string, to: string, port: number): boolean =>
  allows(policies, 'Egress', podOf(from), { peer: podOf(to), port }) &&
  allows(policies, 'Ingress', podOf(to), { peer: podOf(from), port });

const goesOut = (from: string, peer: End, port: number, protocol = 'TCP'): boolean =>
  allows(policies, 'Egress', podOf(from), { peer, port, protocol });

const pods = workloads.map(({ name }) => name);
const apps = serviceRegistry.map(({ name }) => name);
const system = (namespace: string) => ({ namespace, labels: {} });

describe('the network policies', () => {
  test('let the gateway connect to every service, and services to the gateway for its public keys', () => {
    for (const { name, ports } of serviceRegistry) {
      assert.ok(reaches('gateway', name, ports.http), name);
      assert.ok(reaches(name, 'gateway', 8000), name);
    }
  });

  test('let no service connect to another service or its sidecar', () => {
    for (const from of apps)
      for (const { name: to, ports } of serviceRegistry)
        for (const port of [ports.http, 3500, 50_001, 50_002])
          assert.ok(!reaches(from, to, port), `${from} ${to}`);
  });

  test('let only services and the release job connect to Kafka and PostgreSQL', () => {
    for (const [to, port] of [
      ['redpanda', 9092],
      ['postgres', 5432],
    ] as const) {
      const expected = [...apps, 'release-job'];
      assert.deepEqual(pods.filter((from) => reaches(from, to, port)).toSorted(), expected.toSorted());
      assert.ok(!allows(policies, 'Ingress', podOf(to), { peer: system('elsewhere'), port }));
    }
  });

  test('let every pod resolve names, and only sidecars connect to Dapr, the Kubernetes API and the collector', () => {
    for (const from of pods) {
      assert.ok(goesOut(from, system('kube-system'), 53, 'UDP'), from);
      const hasSidecar = apps.includes(from);
      for (const port of [6500, 50_001])
        assert.equal(goesOut(from, system('dapr-system'), port), hasSidecar, from);
      for (const port of [6443, 8443])
        assert.equal(goesOut(from, { address: '192.168.49.2' }, port), hasSidecar, from);
      assert.equal(goesOut(from, system('observability'), 4317), hasSidecar, from);
    }
  });

  test('let only notification-service connect to the internet, and not to private networks', () => {
    for (const from of pods)
      for (const port of [443, 465, 587])
        assert.equal(goesOut(from, { address: '203.0.113.7' }, port), from === 'notification-service', from);
    for (const address of ['10.1.2.3', '169.254.169.254', '192.168.1.1', '172.20.0.1', '100.100.0.1'])
      for (const port of [25, 443]) assert.ok(!goesOut('notification-service', { address }, port), address);
  });

  test('let Prometheus read metrics, and open nothing else to other namespaces', () => {
    for (const { name: app, ports } of serviceRegistry) {
      const from = (namespace: string, port: number) =>
        allows(policies, 'Ingress', podOf(app), { peer: system(namespace), port });
      for (const port of [ports.metrics, 9090]) {
        assert.ok(from('observability', port), app);
        assert.ok(!from('elsewhere', port), app);
      }
      assert.ok(!from('observability', ports.http), app);
    }
  });
});
