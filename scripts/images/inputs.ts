import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, type Image } from './image-list.ts';

/** The paths that a Dockerfile copies from the repository. */
export function copiedPaths(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  );
}

/** A hash of all inputs of an image. If it is unchanged, no build is needed. */
export function hashInputs({ dockerfile }: Image, bases: string[]): string {
  const text = readFileSync(join(root, dockerfile), 'utf8');
  const hash = createHash('sha256').update(JSON.stringify([text, bases]));
  for (const path of ['.dockerignore', ...copiedPaths(text)].flatMap(filesBelow))
    hash.update(JSON.stringify([path, readFileSync(join(root, path), 'base64')]));
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  return globSync(`${path}/**/*`, { cwd: root, withFileTypes: false })
    .filter((file) => statSync(join(root, file)).isFile())
    .toSorted();
}
