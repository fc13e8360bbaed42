import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderDirectory } from '../go-tools.ts';
import { findManifest as find, parseManifests, type Manifest, type Part } from '../manifest.ts';
import { controlPlaneMemory, maxBytes, memoryOf, sumOf } from '../memory-table.ts';
import { createValidator } from '../schemas.ts';
import { bytesOf, hasSidecar, workloadsOf } from '../workloads.ts';

const errorsOf = createValidator();
const overlays = Object.fromEntries(
  ['minikube', 'lab', 'aks', 'gke'].map((name) => [
    name,
    parseManifests(renderDirectory(`k8s/overlays/${name}`)),
  ]),
) as Record<'minikube' | 'lab' | 'aks' | 'gke', Manifest[]>;

/** Google's own kinds. No package has their schemas. */
const withoutSchema = new Set(['BackendConfig', 'FrontendConfig']);
const label = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
const names = (objects: Manifest[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

describe('the validator', () => {
  const deployment = overlays.minikube.find(({ kind }) => kind === 'Deployment');
  const component = overlays.minikube.find(({ kind }) => kind === 'Component');

  test('reports an unknown field and a value of the wrong type', () => {
    assert.match(
      String(errorsOf({ ...deployment, spec: { ...deployment?.['spec'], replica: 1 } } as Manifest)),
      /replica/,
    );
    assert.match(
      String(errorsOf({ ...component, spec: { ...component?.['spec'], metadata: 'none' } } as Manifest)),
      /spec\/metadata must be array/,
    );
  });

  test('has no answer for an unknown kind', () => {
    assert.equal(errorsOf({ apiVersion: 'v1', kind: 'Deploiment', metadata: { name: 'x' } }), undefined);
  });
});

for (const [name, objects] of Object.entries(overlays)) {
  describe(`the overlay ${name}`, () => {
    test('has only valid objects', () => {
      for (const object of objects) {
        const wrong = errorsOf(object);
        assert.equal(wrong === undefined, withoutSchema.has(object.kind), label(object));
        assert.deepEqual(wrong ?? [], [], label(object));
      }
    });

    test('has each object once, in the namespace rondo', () => {
      assert.equal(new Set(objects.map(label)).size, objects.length);
      for (const object of objects)
        if (!['Namespace', 'PersistentVolume'].includes(object.kind))
          assert.equal(object.metadata.namespace, 'rondo', label(object));
    });

    test('refers only to objects that exist', () => {
      const accounts = names(objects, 'ServiceAccount');
      const claims = names(objects, 'PersistentVolumeClaim');
      const deployments = names(objects, 'Deployment');
      const settings = find(objects, 'ConfigMap', 'rondo-settings')['data'] as Record<string, string>;
      for (const { name: workload, pod, env } of workloadsOf(objects)) {
        assert.ok(accounts.includes(pod['serviceAccountName']), workload);
        for (const { persistentVolumeClaim } of pod['volumes'] ?? [])
          if (persistentVolumeClaim) assert.ok(claims.includes(persistentVolumeClaim.claimName), workload);
        for (const { valueFrom } of env)
          if (valueFrom?.configMapKeyRef) assert.ok(valueFrom.configMapKeyRef.key in settings, workload);
      }
      for (const { kind, metadata, spec } of objects)
        if (['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind))
          assert.ok(deployments.includes(spec.scaleTargetRef.name), metadata.name);
      for (const ingress of objects.filter(({ kind }) => kind === 'Ingress'))
        for (const { backend } of ingress['spec'].rules[0].http.paths)
          assert.ok(
            find(objects, 'Service', backend.service.name)['spec'].ports.some(
              ({ name: port }: Part) => port === backend.service.port.name,
            ),
          );
    });

    test('lets sidecars sign in to the broker as the release job and the waiting containers do', () => {
      const settings = find(objects, 'ConfigMap', 'rondo-settings')['data'] as Record<string, string>;
      const mechanisms: Record<string, string> = { 'SCRAM-SHA-256': 'SHA-256', PLAIN: 'PLAINTEXT' };
      for (const component of ['kafka-pubsub', 'kafka-fanout']) {
        const entries = find(objects, 'Component', component)['spec'].metadata as Manifest[];
        const values = entries.map((entry) => [entry['name'], entry['value'] ?? entry['envRef']]);
        const { authType, saslUsername, saslPassword, saslMechanism, disableTls } = Object.fromEntries(
          values,
        ) as Record<string, string>;
        assert.deepEqual(
          [authType, saslUsername, saslPassword, saslMechanism, disableTls],
          [
            'password',
            'KAFKA_USERNAME',
            'KAFKA_PASSWORD',
            mechanisms[settings['KAFKA_SASL_MECHANISM'] ?? ''],
            String(settings['KAFKA_TLS'] === 'false'),
          ],
        );
        // PLAIN sends the password.
        assert.ok(saslMechanism !== 'PLAINTEXT' || disableTls === 'false');
      }
    });

    test('names a tag for each image, and never latest', () => {
      for (const { name: workload, container } of workloadsOf(objects))
        assert.match(container['image'], /:(?!latest$)[\w.-]+$/, workload);
    });
  });
}

describe('an overlay for one machine', () => {
  for (const name of ['minikube', 'lab'] as const) {
    test(`${name} fits into its memory and has its own broker`, () => {
      const memory = [...memoryOf(overlays[name]), ...controlPlaneMemory()];
      const pods = workloadsOf(overlays[name]);
      const sidecars = pods.filter((pod) => hasSidecar(pod));
      assert.equal(memory.length, pods.length + sidecars.length + controlPlaneMemory().length);
      assert.ok(sumOf(memory, 'limit') <= maxBytes);
      const broker = find(overlays[name], 'Service', 'redpanda')['spec'];
      const behind = workloadsOf(overlays[name]).filter(
        ({ labels }) =>
          labels['app.kubernetes.io/component'] === broker.selector['app.kubernetes.io/component'],
      );
      assert.deepEqual(
        behind.map((workload) => workload.name),
        [name === 'lab' ? 'kafka' : 'redpanda'],
      );
      assert.equal(broker.ports[0].port, 9092);
    });
  }

  test('the lab has a volume for each claim', () => {
    for (const claim of overlays.lab.filter(({ kind }) => kind === 'PersistentVolumeClaim')) {
      const volume = find(overlays.lab, 'PersistentVolume', claim['spec'].volumeName)['spec'];
      assert.equal(volume.claimRef.name, claim.metadata.name);
      assert.ok(bytesOf(volume.capacity.storage) >= bytesOf(claim['spec'].resources.requests.storage));
    }
  });
});

for (const name of ['aks', 'gke'] as const) {
  describe(`the overlay ${name} of a cloud`, () => {
    const objects = overlays[name];

    test('has no broker and no database', () => {
      assert.deepEqual(
        objects.filter(({ metadata }) => /^(redpanda|postgres|kafka)$/.test(metadata.name)).map(label),
        [],
      );
    });

    test('authenticates to Kafka with SASL over TLS: sidecars, release job and KEDA', () => {
      const settings = find(objects, 'ConfigMap', 'rondo-settings')['data'] as Record<string, string>;
      assert.deepEqual(
        [settings['KAFKA_SASL_MECHANISM'], settings['KAFKA_TLS'], settings['KAFKA_CREATE_USERS']],
        ['PLAIN', 'true', 'false'],
      );
      const releaseJob = workloadsOf(objects).find((workload) => workload.name === 'release-job');
      assert.equal(releaseJob?.env.find((entry) => entry.name === 'KAFKA_REPLICATION')?.value, '3');
      for (const { spec, metadata: scaled } of objects.filter(({ kind }) => kind === 'ScaledObject'))
        for (const { metadata, authenticationRef } of spec.triggers) {
          assert.equal(metadata.consumerGroup, scaled.name);
          const authentication = find(objects, 'TriggerAuthentication', authenticationRef.name);
          for (const { name: secret } of authentication['spec'].secretTargetRef)
            assert.equal(secret, `rondo-kafka-${scaled.name}`, 'the own user of the service');
          assert.match(metadata.bootstrapServers, /^kafka\.example\.com:\d+$/);
          assert.deepEqual([metadata.sasl, metadata.tls], ['plaintext', 'enable']);
        }
    });

    test('sets no replicas where an autoscaler does', () => {
      for (const { name: workload, kind, spec } of workloadsOf(objects))
        if (kind === 'Deployment') assert.equal(spec['replicas'], undefined, workload);
    });

    test('has one host, with TLS', () => {
      const { spec, metadata } = find(objects, 'Ingress', 'rondo') as Part;
      assert.deepEqual([spec.rules[0].host, spec.tls[0].hosts], ['rondo.example.com', ['rondo.example.com']]);
      assert.equal(metadata.annotations['cert-manager.io/cluster-issuer'], 'letsencrypt');
      const { PUBLIC_URL: url, ALLOWED_ORIGINS: origins } = find(objects, 'ConfigMap', 'rondo-settings')[
        'data'
      ];
      assert.deepEqual([url, origins], ['https://rondo.example.com', 'https://rondo.example.com']);
    });
  });
}
