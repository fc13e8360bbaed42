import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { commandsOf, pages } from '../documented-commands.ts';
import { kustomizeDirectory, renderDirectory } from '../go-tools.ts';
import { findManifest, parseManifests, root, type Manifest, type Part } from '../manifest.ts';
import { allows } from '../network.ts';
import { workloadsOf } from '../workloads.ts';

type Release = { overlay: string; registry: string; host: string; brokers: string };

const images = [...serviceRegistry.map(({ name }) => name), 'gateway', 'release-job'];
const digestOf = (image: string) =>
  `sha256:${Buffer.from(image.padEnd(32, '-')).toString('hex').slice(0, 64)}`;

/** The documented commands that deploy to a cloud, once each. */
const documented: Release[] = [...new Set(pages.flatMap((page) => commandsOf(page)))].flatMap((command) => {
  const [, host, brokers, overlay, registry] =
    /^RONDO_HOST=(\S+) KAFKA_BROKERS=(\S+) scripts\/(?:roll-out|prepare-release)\.sh (\S+) (\S+) digests/.exec(
      command,
    ) ?? [];
  return host && brokers && overlay && registry ? [{ overlay, registry, host, brokers }] : [];
});

/** Runs `scripts/prepare-release.sh`, and renders what it prepared. */
async function prepare(
  t: TestContext,
  { overlay, registry, host, brokers }: Release,
  env: Record<string, string> = {},
): Promise<Manifest[]> {
  const directory = await temporaryDirectory(t);
  const digests = join(directory, 'digests');
  await mkdir(digests);
  for (const image of images) await writeFile(join(digests, image), digestOf(image));
  const { status, stdout, stderr } = spawnSync(
    'bash',
    [join(root, 'scripts/prepare-release.sh'), overlay, registry, digests, directory],
    {
      encoding: 'utf8',
      env: {
        PATH: `${kustomizeDirectory()}:${process.env['PATH']}`,
        RONDO_HOST: host,
        KAFKA_BROKERS: brokers,
        ...env,
      },
    },
  );
  assert.equal(status, 0, stderr);
  return parseManifests(renderDirectory(stdout.trim()));
}

describe('a release', () => {
  test('to each cloud is documented', () => {
    assert.deepEqual([...new Set(documented.map(({ overlay }) => overlay))].toSorted(), ['aks', 'gke']);
  });

  for (const release of documented) {
    const { overlay, registry, host, brokers } = release;
    test(`to ${overlay}, as documented with the brokers ${brokers}, has its images, host and brokers, and no placeholder`, async (t) => {
      const objects = await prepare(t, release);
      for (const { name, container } of workloadsOf(objects))
        assert.equal(container['image'], `${registry}/${name}@${digestOf(name)}`);
      assert.deepEqual(
        workloadsOf(objects)
          .map(({ name }) => name)
          .toSorted(),
        images.toSorted(),
      );
      const { spec } = findManifest(objects, 'Ingress', 'rondo');
      assert.deepEqual([spec.rules[0].host, spec.tls[0].hosts], [host, [host]]);
      const { data } = findManifest(objects, 'ConfigMap', 'rondo-settings');
      assert.deepEqual([data.PUBLIC_URL, data.ALLOWED_ORIGINS], [`https://${host}`, `https://${host}`]);
      const triggers = objects.flatMap(({ kind, spec: scaled }) =>
        kind === 'ScaledObject' ? (scaled.triggers as Part[]) : [],
      );
      assert.ok(triggers.length > 0);
      for (const { metadata } of triggers) assert.equal(metadata.bootstrapServers, brokers);
      assert.doesNotMatch(JSON.stringify(objects), /example\.com|:unset|set-by-/);
    });

    test(`to ${overlay} with KUBERNETES_API lets pods connect to port 443 of no other private address`, async (t) => {
      const objects = await prepare(t, release, { KUBERNETES_API: '172.16.0.34/32' });
      const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
      for (const { name, labels } of workloadsOf(objects))
        for (const address of ['172.16.0.34', '172.16.0.35', '10.1.2.3', '192.168.1.1'])
          assert.equal(
            allows(policies, 'Egress', { namespace: 'rondo', labels }, { peer: { address }, port: 443 }),
            address === '172.16.0.34' && images.indexOf(name) < serviceRegistry.length,
            `${name} ${address}`,
          );
    });
  }
});
