import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const files = ['*.md', 'docs/**/*.md', 'specs/**/*.md', '{services/*,gateway,packages/*}/*.md'];

/** Each path of Rondo's own address that a document names, and the files that name it. */
export function documentedPaths(): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const file of globSync(files, { cwd: root, exclude: (path) => path.includes('node_modules') })) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/https?:\/\/(?:127\.0\.0\.1|localhost):8000([\w./$~%-]*)/g)) {
      const clean = path.replace(/\.$/, '') || '/';
      paths.set(clean, [...(paths.get(clean) ?? []), file]);
    }
  }
  return paths;
}
