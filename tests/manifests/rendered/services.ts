import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import { readManifests, type Manifest, type Part } from '../manifest.ts';
import { base, services } from '../rendered-base.ts';

const [model, ...others] = serviceRegistry;
assert.ok(model);

/** The kinds of object that each service has once, under its own name. */
const kinds = [
  'Deployment',
  'Service',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'PodDisruptionBudget',
  'NetworkPolicy',
];

/** The variables that a service's own folder sets. */
const ownVariables = ({ name }: ServiceEntry): string[] =>
  readManifests(`deployments/${name}/deployment.yaml`).flatMap(({ spec }) =>
    ((spec.template.spec.containers[0].env ?? []) as { name: string }[]).map((entry) => entry.name),
  );

/** An object of a service with the name and the ports of `model`, and without what differs between services. */
function comparable(object: Manifest, service: ServiceEntry): unknown {
  const renamed = JSON.parse(
    JSON.stringify(object)
      .replaceAll(service.name, model?.name ?? '')
      .replaceAll(String(service.ports.http), String(model?.ports.http))
      .replaceAll(String(service.ports.metrics), String(model?.ports.metrics)),
  ) as Manifest;
  const container: Part = renamed['spec']?.template?.spec.containers[0];
  if (container) {
    delete container.resources.requests.memory;
    delete container.resources.limits.memory;
    const own = new Set(ownVariables(service));
    container.env = container.env.filter(({ name }: { name: string }) => !own.has(name));
    // Which services receive bodies into files is their own; pods.ts compares it with the registry.
    delete container.volumeMounts;
    const { spec } = renamed['spec'].template;
    spec.volumes = spec.volumes.filter(({ name }: Part) => name !== 'tmp');
  }
  // Which secrets a service reads is its own; secrets.ts compares them with the code.
  for (const rule of (renamed['rules'] ?? []) as Part[]) delete rule.resourceNames;
  return renamed;
}

const find = (kind: string, name: string) => {
  const found = base.filter((object) => object.kind === kind && object.metadata.name === name);
  assert.equal(found.length, 1, `${kind} ${name}`);
  return found[0] as Manifest;
};

describe('the Deployments of the services', () => {
  test('are those of the registry', () => {
    assert.deepEqual(
      services.map(({ name }) => name).toSorted(),
      serviceRegistry.map(({ name }) => name).toSorted(),
    );
  });

  for (const service of others)
    for (const kind of kinds)
      test(`${kind} ${service.name} equals that of ${model.name} except for name, ports, memory, volumes, secrets and own variables`, () => {
        assert.deepEqual(
          comparable(find(kind, service.name), service),
          comparable(find(kind, model.name), model),
        );
      });

  for (const { name, ports } of serviceRegistry)
    test(`${name} has the ports of the registry`, () => {
      const deployment = find('Deployment', name)['spec'].template;
      const [container] = deployment.spec.containers;
      const variable = (wanted: string) =>
        container.env.find((entry: { name: string }) => entry.name === wanted).value;
      const [requests, metrics] = find('NetworkPolicy', name)['spec'].ingress;
      assert.deepEqual(
        {
          container: container.ports.map((port: Part) => [port.name, port.containerPort]),
          variables: [variable('PORT'), variable('METRICS_PORT')],
          sidecar: deployment.metadata.annotations['dapr.io/app-port'],
          service: find('Service', name)['spec'].ports.map((port: Part) => [port.name, port.port]),
          policy: [requests.ports[0].port, metrics.ports[0].port],
        },
        {
          container: [
            ['http', ports.http],
            ['metrics', ports.metrics],
          ],
          variables: [String(ports.http), String(ports.metrics)],
          sidecar: String(ports.http),
          service: [
            ['http', ports.http],
            ['metrics', ports.metrics],
          ],
          policy: [ports.http, ports.metrics],
        },
      );
    });

  test('have no value left that a component should have replaced', () => {
    for (const object of base)
      assert.ok(
        !JSON.stringify(object).includes('set-by-component'),
        `${object.kind} ${object.metadata.name}`,
      );
  });
});
