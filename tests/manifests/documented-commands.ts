import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './manifest.ts';

export const pages = [
  ...globSync('docs/deploy/*.md', { cwd: root }),
  'docs/operations.md',
  'docs/backup.md',
  'k8s/README.md',
].toSorted();

/** The commands of a page: each line of a shell block, and each inline code that starts like a command. */
export function commandsOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block = '']) =>
    block.replaceAll(/\\\n\s*/g, '').split('\n'),
  );
  const inline = [...text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`([^`\n]+)`/g)].flatMap(
    ([, code]) => code ?? [],
  );
  return [...blocks, ...inline].map((command) => command.trim());
}
