import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** A part of a manifest. Its kind decides its shape, which `npm run test:manifests` checks against schemas. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Part = any;

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: Part;
};

export const root = join(import.meta.dirname, '../..');

/** The objects of a YAML text. @throws if the YAML is invalid or repeats a key */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

/** The objects in the files below `k8s` that match a pattern, without Kustomize's own files. */
export function readManifests(pattern: string): Manifest[] {
  return globSync(join('k8s', pattern), { cwd: root })
    .toSorted()
    .flatMap((path) => parseManifests(readFileSync(join(root, path), 'utf8')))
    .filter(({ kind }) => kind !== 'Kustomization');
}

/** The object of this kind and name. @throws if there is none */
export function findManifest(objects: Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}
