import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { components } from '@rondo/shared/contracts/topics';

/** The fields of a Dapr resource file that are read or changed here. */
type Resource = {
  kind: string;
  metadata: { name: string };
  spec: {
    type?: string;
    metadata?: { name: string; value?: string; secretKeyRef?: { name: string; key: string } }[];
    tracing?: unknown;
  };
};

export type ResourceFiles = {
  /** For `--resources-path`: the components and the Resiliency. */
  directory: string;
  /** For `--config`. */
  configuration: string;
};

const cluster = resolve(import.meta.dirname, '../../../k8s/dapr-components');

/**
 * Copies a cluster's component files to `directory` and adapts them to one machine: the secret store is a file that only
 * its owner can read, and traces are not exported.
 */
export async function layResources(
  directory: string,
  secrets: Record<string, Record<string, string>>,
): Promise<ResourceFiles> {
  const resources = join(directory, 'resources');
  await rm(resources, { recursive: true, force: true });
  await mkdir(resources, { recursive: true });
  const secretsFile = join(directory, 'secrets.json');
  await writeFile(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
  const configuration = join(directory, 'configuration.yaml');
  for (const file of await readdir(cluster)) {
    if (file === 'kustomization.yaml') continue;
    const resource = parse(await readFile(join(cluster, file), 'utf8')) as Resource;
    if (resource.kind === 'Configuration') {
      resource.spec.tracing = { samplingRate: '1' };
      await writeFile(configuration, stringify(resource));
    } else if (resource.metadata.name === components.secrets) {
      resource.spec.type = 'secretstores.local.file';
      resource.spec.metadata = [
        { name: 'secretsFile', value: secretsFile },
        // Allows several entries per secret, as in a cluster.
        { name: 'multiValued', value: 'true' },
      ];
      await writeFile(join(resources, file), stringify(resource));
    } else await copyFile(join(cluster, file), join(resources, file));
  }
  return { directory: resources, configuration };
}
