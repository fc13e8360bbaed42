import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

/** The rows of the table under a heading of a document, each as its cells. */
export function rowsOf(path: string, heading: string): string[][] {
  const section = readFileSync(join(root, path), 'utf8')
    .split(/^## /m)
    .find((text) => text.startsWith(`${heading}\n`));
  const lines = section?.split('\n').filter((line) => line.startsWith('|')) ?? [];
  if (lines.length < 3) throw new Error(`${path} has no table under "${heading}"`);
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}
