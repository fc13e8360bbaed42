import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderDirectory } from '../go-tools.ts';
import { findManifest, parseManifests, readManifests, type Part } from '../manifest.ts';
import { base, services } from '../rendered-base.ts';
import { createValidator } from '../schemas.ts';

const objects = parseManifests(renderDirectory('k8s/observability'));
const errorsOf = createValidator();

describe('k8s/observability', () => {
  test('has only valid objects', () => {
    for (const object of objects) assert.deepEqual(errorsOf(object), [], object.kind);
  });

  test('scrapes each service and its sidecar', () => {
    const { spec } = findManifest(objects, 'PodMonitor', 'rondo');
    const [[label, value]] = Object.entries(spec.selector.matchLabels) as [[string, string]];
    for (const { name, labels, container } of services) {
      assert.equal(labels[label], value, name);
      assert.ok(container['ports'].some((port: Part) => port.name === 'metrics'));
    }
    assert.deepEqual(
      spec.podMetricsEndpoints.map(({ port }: Part) => port),
      ['metrics', 'dapr-metrics'],
    );
  });

  test('gives Grafana the dashboard', () => {
    const { data, metadata } = findManifest(objects, 'ConfigMap', 'rondo-dashboard');
    assert.equal(JSON.parse(data['grafana-dashboard.json']).title, 'Rondo');
    assert.equal(metadata.labels?.['grafana_dashboard'], '1');
  });

  test('has a collector with the address that services and sidecars send to', () => {
    const [values] = readManifests('observability/otel-collector-values.yaml');
    const host = `${values?.['fullnameOverride']}.observability.svc.cluster.local`;
    const { data } = findManifest(base, 'ConfigMap', 'rondo-settings');
    assert.equal(data['OTEL_EXPORTER_OTLP_ENDPOINT'], `http://${host}:4318`);
    const { spec } = findManifest(base, 'Configuration', 'rondo');
    assert.equal(spec.tracing.otel.endpointAddress, `${host}:4317`);
  });
});
