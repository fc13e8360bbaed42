import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { localAudience, localIssuer } from '@rondo/gateway/issuer';
import type { Environment } from '@rondo/shared/config';
import { readManifests } from './manifest.ts';
import { namesRead, readers } from './readers.ts';
import { services, workloads, type Workload } from './workloads.ts';

const root = join(import.meta.dirname, '../..');
const ours = workloads.filter(({ container }) => String(container['image']).startsWith('rondo/'));
const settings = readManifests('base/settings.yaml')[0]?.['data'] as Record<string, string>;
/** Read by OpenTelemetry's own library, by its own name. */
const readByLibraries = new Set(['OTEL_EXPORTER_OTLP_ENDPOINT']);
const secretValues: Record<string, string> = {
  token: 'a token of some length',
  'connection-string': 'postgres://rondo:secret@postgres:5432/rondo',
  brokers: 'redpanda:9092',
};

/** What the container finds, with made-up secrets; an optional one is away. */
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

const portOf = ({ container }: Workload, port: string): number | undefined =>
  container['ports'].find(({ name }: { name: string }) => name === port)?.containerPort;

describe('the environment of a container', () => {
  test('is compared for every program of ours, with all that it reads', () => {
    assert.deepEqual(ours.map(({ name }) => name).toSorted(), Object.keys(readers).toSorted());
    const withConfig = globSync('services/*/src/config.ts', { cwd: root }).map((path) => path.split('/')[1]);
    for (const service of withConfig) assert.equal(readers[service ?? '']?.length, 2, service);
  });

  for (const workload of ours) {
    const { name, env } = workload;
    const parsers = readers[name] ?? [];

    test(`${name} starts with it: nothing is missing, nothing has a wrong form`, () => {
      for (const parse of parsers) parse(environmentOf(workload));
    });

    test(`${name} reads all of it, and each once`, () => {
      const read = namesRead(parsers);
      const named = env.map((entry) => entry.name);
      assert.equal(named.length, new Set(named).size);
      assert.deepEqual(
        named.filter((variable) => !read.has(variable) && !readByLibraries.has(variable)),
        [],
      );
    });

    test(`${name} gets settings that the ConfigMap has`, () => {
      for (const { valueFrom } of env) {
        const reference = valueFrom?.configMapKeyRef;
        if (!reference) continue;
        assert.equal(reference.name, 'rondo-settings');
        assert.ok(reference.key in settings, reference.key);
      }
    });
  }

  test('takes in every setting of the ConfigMap', () => {
    const used = new Set(
      ours.flatMap(({ env }) => env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.key ?? '')),
    );
    assert.deepEqual(
      Object.keys(settings).filter((key) => !used.has(key)),
      [],
    );
  });

  test('names the issuer that the gateway is', () => {
    assert.equal(settings['TOKEN_ISSUER'], localIssuer);
    assert.equal(settings['TOKEN_AUDIENCE'], localAudience);
    assert.equal(settings['JWKS_URL'], 'http://gateway:8000/.well-known/jwks.json');
  });

  test('has services leave the schema to the release job, and talk to the sidecar in their own pod', () => {
    for (const service of services) {
      const { MIGRATE_AT_START: migrates, DAPR_HTTP_ENDPOINT: endpoint } = environmentOf(service);
      assert.deepEqual([migrates, endpoint], ['false', 'http://127.0.0.1:3500'], service.name);
    }
  });
});

describe('the ports', () => {
  for (const [index, name] of [
    'todo-service',
    'audit-service',
    'websocket-service',
    'notification-service',
    'recurring-task-service',
  ].entries()) {
    test(`of ${name} are the plan's, wherever they stand`, () => {
      const service = services.find((workload) => workload.name === name);
      assert.ok(service);
      const { PORT: http, METRICS_PORT: metrics, HOST: host } = environmentOf(service);
      const expected = [8001 + index, 9101 + index];
      assert.deepEqual([Number(http), Number(metrics)], expected);
      assert.equal(host, '0.0.0.0');
      assert.deepEqual([portOf(service, 'http'), portOf(service, 'metrics')], expected);
      assert.deepEqual(
        service.service?.['spec'].ports.map((port: { port: number }) => port.port),
        expected,
      );
      const gateway = ours.find((workload) => workload.name === 'gateway');
      const variable = `${name.toUpperCase().replaceAll('-', '_')}_URL`;
      assert.equal(
        gateway?.env.find((entry) => entry.name === variable)?.value,
        `http://${name}:${expected[0]}`,
      );
    });
  }

  test('of every Service lead to ports that the pods behind it have', () => {
    for (const { name, service, container, labels } of workloads.filter((workload) => workload.service)) {
      const open = new Set(container['ports'].map((port: { name: string }) => port.name));
      for (const { targetPort } of service?.['spec'].ports ?? [])
        assert.ok(open.has(targetPort), `${name}: ${targetPort}`);
      for (const [label, value] of Object.entries(service?.['spec'].selector as Record<string, string>))
        assert.equal(labels[label], value, name);
    }
  });
});
