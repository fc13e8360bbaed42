import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { localAudience, localIssuer } from '@rondo/gateway/issuer';
import { parseAwaitBrokerSettings } from '@rondo/release-job/config';
import type { Environment } from '@rondo/shared/config';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { readManifests } from '../manifest.ts';
import { namesRead, readers } from '../readers.ts';
import { services, workloads } from '../rendered-base.ts';
import type { Workload } from '../workloads.ts';

const ours = workloads.filter(({ container }) => String(container['image']).startsWith('rondo/'));
const settings = readManifests('base/settings.yaml')[0]?.['data'] as Record<string, string>;
/** Read by the OpenTelemetry library. */
const readByLibraries = new Set(['OTEL_EXPORTER_OTLP_ENDPOINT']);
const secretValues: Record<string, string> = {
  token: 'a token of some length',
  'connection-string': 'postgres://rondo:secret@postgres:5432/rondo',
  brokers: 'redpanda:9092',
  username: 'user',
  password: 'password',
};

/** The environment of the container with made-up secrets, and without optional ones. */
function environmentOf({ env }: Workload): Environment {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
      return [
        name,
        value ??
          (configMapKeyRef
            ? settings[configMapKeyRef.key]
            : secretKeyRef?.optional
              ? undefined
              : secretValues[secretKeyRef?.key ?? '']),
      ];
    }),
  );
}

describe('the environment of a container', () => {
  test('has a parser for each of our programs', () => {
    assert.deepEqual(ours.map(({ name }) => name).toSorted(), Object.keys(readers).toSorted());
  });

  for (const workload of ours) {
    const { name, env } = workload;
    const parsers = readers[name] ?? [];

    test(`of ${name} has every required variable in a valid form`, () => {
      for (const parse of parsers) parse(environmentOf(workload));
    });

    test(`of ${name} has no variable twice, and none that the program doesn't read`, () => {
      const read = namesRead(parsers);
      const named = env.map((entry) => entry.name);
      assert.equal(named.length, new Set(named).size);
      assert.deepEqual(
        named.filter((variable) => !read.has(variable) && !readByLibraries.has(variable)),
        [],
      );
    });

    test(`of ${name} refers only to settings of the ConfigMap`, () => {
      for (const { valueFrom } of env) {
        const reference = valueFrom?.configMapKeyRef;
        if (!reference) continue;
        assert.equal(reference.name, 'rondo-settings');
        assert.ok(reference.key in settings, reference.key);
      }
    });
  }

  test('uses every setting of the ConfigMap', () => {
    const used = new Set(
      ours.flatMap(({ env }) => env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.key ?? '')),
    );
    assert.deepEqual(
      Object.keys(settings).filter((key) => !used.has(key)),
      [],
    );
  });

  test('of the container that waits for the broker is what it reads, for its own service', () => {
    for (const service of services) {
      const [wait] = service.pod['initContainers'] as { env: Workload['env'] }[];
      const env = environmentOf({ ...service, env: wait?.env ?? [] });
      assert.equal(parseAwaitBrokerSettings(env).service, service.name);
      assert.deepEqual(new Set(Object.keys(env)), namesRead([parseAwaitBrokerSettings]));
    }
  });

  test('names the gateway as the issuer', () => {
    assert.equal(settings['TOKEN_ISSUER'], localIssuer);
    assert.equal(settings['TOKEN_AUDIENCE'], localAudience);
    assert.equal(settings['JWKS_URL'], 'http://gateway:8000/.well-known/jwks.json');
  });

  test('leaves migrations to the release job, and uses the sidecar in the same pod', () => {
    for (const service of services) {
      const { MIGRATE_AT_START: migrates, DAPR_HTTP_ENDPOINT: endpoint } = environmentOf(service);
      assert.deepEqual([migrates, endpoint], ['false', 'http://127.0.0.1:3500'], service.name);
    }
  });
});

describe('the ports', () => {
  for (const { name, ports } of serviceRegistry)
    test(`of ${name} are known to the gateway, and it listens on all addresses`, () => {
      const service = services.find((workload) => workload.name === name);
      assert.ok(service);
      assert.equal(environmentOf(service)['HOST'], '0.0.0.0');
      const gateway = ours.find((workload) => workload.name === 'gateway');
      const variable = `${name.toUpperCase().replaceAll('-', '_')}_URL`;
      assert.equal(
        gateway?.env.find((entry) => entry.name === variable)?.value,
        `http://${name}:${ports.http}`,
      );
    });

  test('of every Service are ports of its pods', () => {
    for (const { name, service, container, labels } of workloads.filter((workload) => workload.service)) {
      const open = new Set(container['ports'].map((port: { name: string }) => port.name));
      for (const { targetPort } of service?.['spec'].ports ?? [])
        assert.ok(open.has(targetPort), `${name}: ${targetPort}`);
      for (const [label, value] of Object.entries(service?.['spec'].selector as Record<string, string>))
        assert.equal(labels[label], value, name);
    }
  });
});
