import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** A part of a manifest. Its shape is its kind's, which schemas check in `npm run test:manifests`. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Part = any;

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: Part;
};

const root = join(import.meta.dirname, '../..');

/** The objects of a text of YAML. @throws where it is no YAML, or names a key twice */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

/** The objects of the files of `k8s` that a pattern names; what steers Kustomize is none of them. */
export function readManifests(pattern: string): Manifest[] {
  return globSync(join('k8s', pattern), { cwd: root })
    .toSorted()
    .flatMap((path) => parseManifests(readFileSync(join(root, path), 'utf8')))
    .filter(({ kind }) => kind !== 'Kustomization');
}
