import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { goEnvironment } from '@rondo/host-dapr/processes/daprd';
import { findService } from '@rondo/shared/service-registry';
import { findManifest, type Part } from '../manifest.ts';
import { base, services, workloads } from '../rendered-base.ts';
import { bytesOf, hasSidecar, secondsOf, type Workload } from '../workloads.ts';

/** The time a service may take to answer its open requests and exit. */
const shutdownSeconds = 20;

describe('every pod', () => {
  for (const { name, pod, container } of workloads) {
    test(`of ${name} meets the Pod Security Standard restricted`, () => {
      assert.equal(pod['securityContext'].runAsNonRoot, true);
      assert.ok(pod['securityContext'].runAsUser > 0);
      assert.deepEqual(pod['securityContext'].seccompProfile, { type: 'RuntimeDefault' });
      assert.equal(container['securityContext'].allowPrivilegeEscalation, false);
      assert.deepEqual(container['securityContext'].capabilities, { drop: ['ALL'] });
      if (name !== 'redpanda') assert.equal(container['securityContext'].readOnlyRootFilesystem, true);
      for (const volume of pod['volumes'] ?? []) assert.equal(volume.hostPath, undefined);
    });

    test(`of ${name} has limits, and no service links or API token`, () => {
      const { requests, limits } = container['resources'];
      assert.ok(bytesOf(requests.memory) <= bytesOf(limits.memory));
      assert.ok(requests.cpu && limits.cpu);
      assert.equal(pod['enableServiceLinks'], false);
      assert.equal(pod['automountServiceAccountToken'], false);
      assert.equal(pod['serviceAccountName'], name);
      assert.equal(pod['containers'].length, 1);
    });
  }
});

describe('the start of a service', () => {
  for (const { name, pod, container } of services)
    test(`${name} waits for the broker before its sidecar starts, with the image of the release job and as restricted`, () => {
      const [wait, ...others] = pod['initContainers'] as Part[];
      assert.ok(wait);
      assert.deepEqual(others, [], 'Dapr adds the sidecar behind it');
      const job = workloads.find((workload) => workload.name === 'release-job');
      assert.equal(wait['image'], job?.container['image']);
      assert.deepEqual(wait['securityContext'], container['securityContext']);
      assert.ok(bytesOf(wait['resources'].limits.memory) <= bytesOf(container['resources'].limits.memory));
    });
});

describe('the gateway and every service', () => {
  const serving = workloads.filter((workload) => workload.name === 'gateway' || hasSidecar(workload));

  for (const { name, spec, pod, container } of serving) {
    test(`${name} has room for the files of large bodies, if it takes any`, () => {
      const takesLargeBodies = name === 'gateway' || findService(name).bodyLimits !== undefined;
      const isTmp = ({ name: volume }: { name: string }) => volume === 'tmp';
      assert.deepEqual(
        (container['volumeMounts'] ?? []).filter(isTmp),
        takesLargeBodies ? [{ name: 'tmp', mountPath: '/tmp' }] : [],
      );
      const volume = (pod['volumes'] ?? []).find(isTmp);
      assert.deepEqual(volume?.emptyDir, takesLargeBodies ? { sizeLimit: '640Mi' } : undefined);
    });

    test(`${name} rolls without a gap: a new pod first, 10 s of draining, time to shut down`, () => {
      assert.deepEqual(spec['strategy'], {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      });
      assert.equal(
        (container['env'] as Part[]).find(({ name }) => name === 'DRAIN_SECONDS')?.['value'],
        '10',
      );
      assert.ok(pod['terminationGracePeriodSeconds'] >= 10 + shutdownSeconds);
    });

    test(`${name} has a minute to start, and different probes for liveness and readiness`, () => {
      const { startupProbe, livenessProbe, readinessProbe } = container as Record<string, Part>;
      assert.equal(startupProbe.periodSeconds * startupProbe.failureThreshold, 60);
      assert.equal(livenessProbe.httpGet.path, '/health');
      assert.equal(readinessProbe.httpGet.path, name === 'gateway' ? '/health' : '/health/ready');
    });

    test(`${name} is evicted one pod at a time`, () => {
      const { spec: budget } = findManifest(base, 'PodDisruptionBudget', name);
      assert.deepEqual(budget.selector, spec['selector']);
      assert.equal(budget.maxUnavailable, 1);
    });
  }
});

describe('every sidecar', () => {
  const annotation = ({ annotations }: Workload, name: string) => annotations[`dapr.io/${name}`] ?? '';

  for (const service of services) {
    const { name, pod, container } = service;
    test(`of ${name} has its app, its configuration and both tokens`, () => {
      assert.deepEqual(
        {
          id: annotation(service, 'app-id'),
          protocol: annotation(service, 'app-protocol'),
          config: annotation(service, 'config'),
          tokens: [annotation(service, 'api-token-secret'), annotation(service, 'app-token-secret')],
        },
        {
          id: name,
          protocol: 'http',
          config: 'rondo',
          tokens: ['rondo-dapr-api-token', 'rondo-app-api-token'],
        },
      );
      assert.equal(
        container['ports'].find((port: { name: string }) => port.name === 'http').containerPort,
        Number(annotation(service, 'app-port')),
      );
    });

    test(`of ${name} stops after its app, and both fit into the grace period of the pod`, () => {
      assert.equal(annotation(service, 'enable-native-sidecar'), 'true');
      const sidecarSeconds =
        secondsOf(annotation(service, 'block-shutdown-duration')) +
        secondsOf(annotation(service, 'graceful-shutdown-seconds'));
      assert.ok(pod['terminationGracePeriodSeconds'] > 5 + shutdownSeconds + sidecarSeconds);
    });

    test(`of ${name} has a token for the Kubernetes API, and its app has none`, () => {
      assert.equal(
        annotation(service, 'volume-mounts'),
        'kube-api-access:/var/run/secrets/kubernetes.io/serviceaccount',
      );
      assert.equal(annotation(service, 'disable-builtin-k8s-secret-store'), 'true');
      assert.ok(pod['volumes'].some((volume: { name: string }) => volume.name === 'kube-api-access'));
      assert.deepEqual(
        container['volumeMounts'] ?? [],
        findService(name).bodyLimits ? [{ name: 'tmp', mountPath: '/tmp' }] : [],
        'large bodies are received into files',
      );
    });

    test(`of ${name} has a Go memory limit below its container limit`, () => {
      const given = Object.fromEntries(
        annotation(service, 'env')
          .split(',')
          .map((setting) => setting.split('=')),
      );
      assert.deepEqual(given, goEnvironment, 'the environment of a sidecar of `npm run engine`');
      const soft = goEnvironment.GOMEMLIMIT.replace(/B$/, '');
      assert.ok(bytesOf(soft) < bytesOf(annotation(service, 'sidecar-memory-limit')));
    });
  }
});
