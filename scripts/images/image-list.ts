import { resolve } from 'node:path';
import { serviceRegistry } from '@rondo/shared/service-registry';

/** The base images. */
export type BaseName = 'node-build' | 'node-runtime' | 'debian' | 'maven';

export type Image = {
  /** Without the prefix `rondo/`. */
  name: string;
  dockerfile: string;
  /** The bases, by the Dockerfile's build arguments. */
  bases: Record<string, BaseName>;
  maxMegabytes?: number;
};

export const root = resolve(import.meta.dirname, '../..');

const maxMegabytes = 250;
const serviceBases = { BUILD_BASE: 'node-build', RUNTIME_BASE: 'node-runtime' } as const;

/** The images of a release. */
export const releasedImages: Image[] = [
  ...serviceRegistry.map(({ name }) => ({ name, dockerfile: `services/${name}/Dockerfile` })),
  { name: 'gateway', dockerfile: 'gateway/Dockerfile' },
  { name: 'release-job', dockerfile: 'release-job/Dockerfile' },
].map((image) => ({ ...image, bases: serviceBases, maxMegabytes }));

/** Broker and database images of a test cluster, for machines that can't pull the public ones. */
export const labImages: Image[] = [
  {
    name: 'kafka',
    dockerfile: 'k8s/overlays/lab/kafka/Dockerfile',
    bases: { BUILD_BASE: 'maven', RUNTIME_BASE: 'debian' },
  },
  {
    name: 'postgres',
    dockerfile: 'k8s/overlays/lab/postgres/Dockerfile',
    bases: { BUILD_BASE: 'node-build', RUNTIME_BASE: 'debian' },
  },
];

/** @throws Error with the names of all images if one is unknown */
export function imagesNamed(names: string[]): Image[] {
  const all = [...releasedImages, ...labImages];
  return names.map((name) => {
    const image = all.find((known) => known.name === name);
    if (!image)
      throw new Error(`Unknown image ${name}. The images are ${all.map((known) => known.name).join(', ')}.`);
    return image;
  });
}
