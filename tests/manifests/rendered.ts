/** `npm run test:manifests`: what Kustomize makes of each overlay, against schemas and against itself. Needs Go. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { controlPlaneMemory, memoryOf, mostBytes, sumOf } from './memory.ts';
import { parseManifests, type Manifest, type Part } from './manifest.ts';
import { renderOverlay } from './go-tools.ts';
import { createJudge } from './schemas.ts';
import { bytesOf, workloadsOf } from './workloads.ts';

const judge = createJudge();
const overlays = Object.fromEntries(
  ['minikube', 'lab', 'aks', 'gke'].map((name) => [
    name,
    parseManifests(renderOverlay(`k8s/overlays/${name}`)),
  ]),
) as Record<'minikube' | 'lab' | 'aks' | 'gke', Manifest[]>;

/** Google's own kinds: no schema of them is to be had as a package. */
const withoutSchema = new Set(['BackendConfig', 'FrontendConfig']);
const told = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
const find = (objects: Manifest[], kind: string, name: string): Manifest => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found;
};
const names = (objects: Manifest[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

describe('the judge', () => {
  const deployment = overlays.minikube.find(({ kind }) => kind === 'Deployment');
  const component = overlays.minikube.find(({ kind }) => kind === 'Component');

  test('finds a field that no schema names, and a value of a wrong type', () => {
    assert.match(
      String(judge({ ...deployment, spec: { ...deployment?.['spec'], replica: 1 } } as Manifest)),
      /replica/,
    );
    assert.match(
      String(judge({ ...component, spec: { ...component?.['spec'], metadata: 'none' } } as Manifest)),
      /spec\/metadata must be array/,
    );
  });

  test('knows no kind that nobody defined', () => {
    assert.equal(judge({ apiVersion: 'v1', kind: 'Deploiment', metadata: { name: 'x' } }), undefined);
  });
});

for (const [name, objects] of Object.entries(overlays)) {
  describe(`the overlay ${name}`, () => {
    test('has objects that the API server and the controllers take', () => {
      for (const object of objects) {
        const wrong = judge(object);
        assert.equal(wrong === undefined, withoutSchema.has(object.kind), told(object));
        assert.deepEqual(wrong ?? [], [], told(object));
      }
    });

    test('has every object once, in its namespace', () => {
      assert.equal(new Set(objects.map(told)).size, objects.length);
      for (const object of objects)
        if (!['Namespace', 'PersistentVolume'].includes(object.kind))
          assert.equal(object.metadata.namespace, 'rondo', told(object));
    });

    test('names nothing that is not there', () => {
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
          assert.ok(names(objects, 'Service').includes(backend.service.name));
    });

    test('runs our images by one tag each, and none as latest', () => {
      for (const { name: workload, container } of workloadsOf(objects))
        assert.match(container['image'], /:(?!latest$)[\w.-]+$/, workload);
    });
  });
}

describe('what runs on one machine', () => {
  for (const name of ['minikube', 'lab'] as const) {
    test(`fits in ${name}, and has a broker and a database there`, () => {
      const memory = [...memoryOf(overlays[name]), ...controlPlaneMemory()];
      assert.equal(memory.length, 18);
      assert.ok(sumOf(memory, 'limit') <= mostBytes);
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

  test('in the lab has a volume for each claim', () => {
    for (const claim of overlays.lab.filter(({ kind }) => kind === 'PersistentVolumeClaim')) {
      const volume = find(overlays.lab, 'PersistentVolume', claim['spec'].volumeName)['spec'];
      assert.equal(volume.claimRef.name, claim.metadata.name);
      assert.ok(bytesOf(volume.capacity.storage) >= bytesOf(claim['spec'].resources.requests.storage));
    }
  });
});

for (const name of ['aks', 'gke'] as const) {
  describe(`what runs in the cloud, ${name}`, () => {
    const objects = overlays[name];

    test('has no broker or database of its own', () => {
      assert.deepEqual(
        objects.filter(({ metadata }) => /^(redpanda|postgres|kafka)$/.test(metadata.name)).map(told),
        [],
      );
    });

    test('signs in at its Kafka, by SASL over TLS: sidecars, the release job and KEDA', () => {
      for (const component of ['kafka-pubsub', 'kafka-fanout']) {
        const entries = find(objects, 'Component', component)['spec'].metadata as Manifest[];
        const values = entries.filter(({ name: entry }) => /^(authType|sasl)/.test(String(entry)));
        assert.deepEqual(
          values.map((entry) => [entry['name'], entry['value'] ?? entry['secretKeyRef'].key]),
          [
            ['authType', 'password'],
            ['saslMechanism', 'PLAINTEXT'],
            ['saslUsername', 'username'],
            ['saslPassword', 'password'],
          ],
        );
      }
      const releaseJob = workloadsOf(objects).find((workload) => workload.name === 'release-job');
      assert.equal(releaseJob?.env.find((entry) => entry.name === 'KAFKA_REPLICATION')?.value, '3');
      for (const { spec } of objects.filter(({ kind }) => kind === 'ScaledObject'))
        for (const { metadata, authenticationRef } of spec.triggers) {
          assert.match(metadata.bootstrapServers, /^kafka\.example\.com:\d+$/);
          assert.deepEqual(
            [metadata.sasl, metadata.tls, authenticationRef.name],
            ['plaintext', 'enable', 'rondo-kafka'],
          );
        }
    });

    test('scales without a number of replicas that each release would set back', () => {
      for (const { name: workload, kind, spec } of workloadsOf(objects))
        if (kind === 'Deployment')
          assert.equal(spec['replicas'], workload === 'gateway' ? 2 : undefined, workload);
    });

    test('has one host, by TLS alone', () => {
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
