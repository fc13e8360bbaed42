import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildah, labelOf } from './buildah.ts';
import { root, type BaseName } from './image-list.ts';

/** The public images that the Dockerfiles name. */
export const publicBases: Record<BaseName, string> = {
  'node-build': 'docker.io/library/node:24.21.0-bookworm-slim',
  'node-runtime': 'gcr.io/distroless/nodejs24-debian12:nonroot',
  debian: 'docker.io/library/debian:bookworm-slim',
  maven: 'docker.io/library/maven:3.9.11-eclipse-temurin-17',
};

/** Increase it when a recipe below changes, so that stand-ins are rebuilt. */
const recipe = '2';
const label = 'rondo.stand-in';
const suite = 'bookworm';
const mirror = 'http://deb.debian.org/debian';
const hostCertificates = '/etc/ssl/certs/ca-certificates.crt';

type Recipe = { variant: 'extract' | 'minbase'; packages: string[]; hooks: string[]; env?: string[] };

const node = resolve(root, 'node_modules/node/bin/node');
/** The variant `extract` does not configure packages, so these recipes contain the necessary configuration. */
const likeDistroless = [
  'base-files',
  'netbase',
  'tzdata',
  'ca-certificates',
  'libc6',
  'libstdc++6',
  'libgcc-s1',
];
const tidy = 'rm -rf "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale';

function recipeOf(base: BaseName): Recipe {
  if (base === 'node-runtime')
    return {
      variant: 'extract',
      packages: likeDistroless,
      hooks: [
        `install -D ${node} "$1"/nodejs/bin/node`,
        'cat "$1"/usr/share/ca-certificates/mozilla/*.crt > "$1"/etc/ssl/certs/ca-certificates.crt',
        tidy,
      ],
    };
  if (base === 'node-build') {
    const npm = resolve(realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim()), '../..');
    return {
      variant: 'extract',
      packages: [...likeDistroless, 'dash', 'coreutils', 'findutils', 'tar', 'gzip'],
      hooks: [
        `install -D ${node} "$1"/usr/local/bin/node`,
        'ln -sf dash "$1"/bin/sh',
        `mkdir -p "$1"/usr/local/lib/node_modules && cp -a ${npm} "$1"/usr/local/lib/node_modules/npm`,
        'ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1"/usr/local/bin/npm',
        ...copyCertificates,
        tidy,
      ],
      env: [`NODE_EXTRA_CA_CERTS=${hostCertificates}`],
    };
  }
  if (base === 'debian') return { variant: 'minbase', packages: ['ca-certificates'], hooks: [tidy] };
  return {
    variant: 'minbase',
    packages: ['ca-certificates', 'ca-certificates-java', 'openjdk-17-jre-headless', 'maven'],
    hooks: [
      'mkdir -p "$1"/usr/local/share/ca-certificates',
      'cp /usr/local/share/ca-certificates/*.crt "$1"/usr/local/share/ca-certificates/ 2>/dev/null || true',
      'chroot "$1" update-ca-certificates > /dev/null',
      tidy,
    ],
  };
}

/** Behind a proxy with its own certificate, packages can only be fetched with that certificate. */
const copyCertificates = existsSync(hostCertificates)
  ? [`install -D ${hostCertificates} "$1"${hostCertificates}`]
  : [];

/** Builds a base image of Debian packages, once, for machines that can't pull the public one. */
export function standInFor(base: BaseName): string {
  const image = `localhost/rondo-stand-in/${base}:${recipe}`;
  const made = `${recipe} ${process.version}`;
  if (labelOf(image, label) === made) return image;
  const { variant, packages, hooks, env = [] } = recipeOf(base);
  const directory = mkdtempSync(join(tmpdir(), 'rondo-stand-in-'));
  try {
    const tar = join(directory, `${base}.tar`);
    execFileSync(
      'mmdebstrap',
      [
        '--quiet',
        `--variant=${variant}`,
        `--include=${packages.join(',')}`,
        // `extract` has no customize hook, since it configures nothing.
        ...hooks.map((hook) => `--${variant === 'extract' ? 'extract' : 'customize'}-hook=${hook}`),
        suite,
        tar,
        `deb ${mirror} ${suite} main`,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const container = buildah('from', 'scratch');
    try {
      buildah('add', '--quiet', container, tar, '/');
      buildah(
        'config',
        '--label',
        `${label}=${made}`,
        '--env',
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...env.flatMap((pair) => ['--env', pair]),
        container,
      );
      buildah('commit', '--quiet', '--format', 'docker', container, image);
    } finally {
      buildah('rm', container);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return image;
}
