import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildah, hasBuildah, labelOf, pruneImages } from './buildah.ts';
import { root, type BaseName, type Image } from './image-list.ts';
import { hashInputs } from './inputs.ts';
import { publicBases, standInFor } from './stand-ins.ts';

export type Builder = {
  description: string;
  /** `facts` are build arguments that only appear in labels. If only they change, nothing is built. */
  build(
    image: Image,
    reference: string,
    facts: Record<string, string>,
  ): { wasBuilt: boolean; megabytes: number };
  archive(reference: string, file: string): void;
};

const inputsLabel = 'rondo.inputs';

/**
 * Chooses buildah if it is installed, otherwise docker. The bases are public images; with `standin`, or if no public base can
 * be pulled, they are stand-ins made of Debian packages.
 * @throws Error if neither is installed, or if stand-ins are needed and only docker is installed
 */
export function chooseBuilder({ standin }: { standin: boolean }): Builder {
  if (hasBuildah()) {
    if (standin) return buildahBuilder(standInFor, 'buildah, on stand-ins of Debian packages (--standin)');
    if (canPull(publicBases['node-runtime']))
      return buildahBuilder((base) => publicBases[base], 'buildah, on public bases');
    return buildahBuilder(
      standInFor,
      "buildah, on stand-ins of Debian packages: the public bases can't be pulled",
    );
  }
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0)
    throw new Error('Neither buildah nor a running docker was found: run apt-get install buildah.');
  if (standin) throw new Error('--standin needs buildah: run apt-get install buildah mmdebstrap.');
  return dockerBuilder();
}

function canPull(base: string): boolean {
  try {
    buildah('pull', '--quiet', '--policy', 'missing', base);
    return true;
  } catch {
    return false;
  }
}

function buildahBuilder(imageOf: (base: BaseName) => string, description: string): Builder {
  return {
    description,
    build(image, reference, facts) {
      const bases = Object.entries(image.bases).map(([argument, base]) => [argument, imageOf(base)] as const);
      const inputs = hashInputs(
        image,
        bases.map(([, base]) => base),
      );
      const wasBuilt = labelOf(reference, inputsLabel) !== inputs;
      // With vfs each build stage is a full copy: build one layer, and keep only the result.
      if (wasBuilt)
        buildah(
          'build',
          '--quiet',
          '--layers=false',
          '--format=docker',
          ...argumentsOf(Object.fromEntries(bases)),
          ...argumentsOf(facts),
          `--label=${inputsLabel}=${inputs}`,
          `--file=${image.dockerfile}`,
          `--tag=${reference}`,
          '.',
        );
      if (wasBuilt) pruneImages();
      return { wasBuilt, megabytes: megabytesOf(reference) };
    },
    archive(reference, file) {
      rmSync(file, { force: true });
      buildah('push', '--quiet', reference, `docker-archive:${file}:${reference}`);
    },
  };
}

function megabytesOf(reference: string): number {
  const [listed] = JSON.parse(buildah('images', '--json', reference)) as { size: string }[];
  const [, number, unit] = /^([\d.]+) (KB|MB|GB)$/.exec(listed?.size ?? '') ?? [];
  return Math.ceil(Number(number) * { KB: 0.001, MB: 1, GB: 1000 }[unit as 'KB' | 'MB' | 'GB']);
}

function dockerBuilder(): Builder {
  const docker = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('docker', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`docker ${args[0]} failed:\n${stderr.split('\n').slice(-30).join('\n')}`);
    return stdout.trim();
  };
  return {
    description: 'docker, on public bases',
    build(image, reference, facts) {
      docker(
        'build',
        '--quiet',
        ...argumentsOf(facts),
        `--file=${image.dockerfile}`,
        `--tag=${reference}`,
        '.',
      );
      const bytes = Number(docker('image', 'inspect', '--format', '{{.Size}}', reference));
      return { wasBuilt: true, megabytes: Math.ceil(bytes / 1e6) };
    },
    archive: (reference, file) => void docker('save', '--output', join(file), reference),
  };
}

const argumentsOf = (values: Record<string, string>): string[] =>
  Object.entries(values).map(([name, value]) => `--build-arg=${name}=${value}`);
