/** `npm run test:manifests`: tests what Kustomize renders of each overlay. Needs Go, which builds Kustomize once. */
import { globSync } from 'node:fs';
import { join } from 'node:path';

for (const file of globSync('rendered/*.ts', { cwd: import.meta.dirname }).toSorted())
  await import(join(import.meta.dirname, file));
