import { resolve } from 'node:path';

/** What images are built on. */
export type BaseName = 'node-build' | 'node-runtime' | 'debian' | 'maven';

export type Image = {
  /** Without the `rondo/` that every image is under. */
  name: string;
  dockerfile: string;
  /** What the Dockerfile calls its bases, by the build argument. */
  bases: Record<string, BaseName>;
  most_megabytes?: number;
};

export const root = resolve(import.meta.dirname, '../..');

const mostMegabytes = 250;
const serviceBases = { BUILD_BASE: 'node-build', RUNTIME_BASE: 'node-runtime' } as const;

/** What a release consists of. */
export const releasedImages: Image[] = [
  ...['todo', 'audit', 'websocket', 'notification', 'recurring-task'].map((name) => ({
    name: `${name}-service`,
    dockerfile: `services/${name}-service/Dockerfile`,
  })),
  { name: 'gateway', dockerfile: 'gateway/Dockerfile' },
  { name: 'release-job', dockerfile: 'release-job/Dockerfile' },
].map((image) => ({ ...image, bases: serviceBases, most_megabytes: mostMegabytes }));

/** What stands in, in a cluster of a test, for a broker and a database whose public images are not to be had. */
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

/** @throws Error that names what there is, where a name is none of them */
export function imagesNamed(names: string[]): Image[] {
  const all = [...releasedImages, ...labImages];
  return names.map((name) => {
    const image = all.find((known) => known.name === name);
    if (!image)
      throw new Error(`There is no image ${name}, only ${all.map((known) => known.name).join(', ')}.`);
    return image;
  });
}
