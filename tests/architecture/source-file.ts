import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A file of the repository: its path from the root, with `/`, and its text. */
export type SourceFile = { path: string; text: string };

/** What a file imports: as it is written, the repository's path where it is one of ours, and the line. */
export type Import = { specifier: string; target: string; line: number; is_type: boolean };

const root = join(import.meta.dirname, '../..');

/** Everything that is judged: all TypeScript sources, and the package.json and README of each package. */
export function readSources(): SourceFile[] {
  const patterns = [
    '{packages,services,hosts}/*/src/**/*.ts',
    '{packages,services,hosts}/*/{package.json,README.md}',
    '{gateway,release-job}/src/**/*.ts',
    'scripts/**/*.ts',
    'bench/**/*.ts',
  ];
  return globSync(patterns, { cwd: root, exclude: (path) => path.includes('node_modules') })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const importStatement = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?(['"])([^'"\n]+)\2/gm;
const importExpression = /\bimport\(\s*(['"])([^'"\n]+)\1/g;

/** The imports, re-exports and `import()` of a file. It relies on oxfmt: a statement begins at its line's beginning. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const code = codeOf(text);
  const found = [
    ...[...code.matchAll(importStatement)].map(({ 1: type, 3: specifier = '', index }) => ({
      specifier,
      index,
      is_type: type !== undefined,
    })),
    ...[...code.matchAll(importExpression)].map(({ 2: specifier = '', index }) => ({
      specifier,
      index,
      is_type: false,
    })),
  ];
  return found.map(({ specifier, index, is_type }) => ({
    specifier,
    target: targetOf(path, specifier),
    line: lineOf(code, index),
    is_type,
  }));
}

/** The text without its comments, every line where it was. A comment stands on lines of its own, or ends one. */
export function codeOf(text: string): string {
  return text
    .replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

/** The lines, from 1, that a pattern is found on. */
export function linesWith(text: string, pattern: RegExp): number[] {
  return codeOf(text)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** The path that a specifier leads to: by the exports of our own package.json files, which all have the same form. */
function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  const [, name = '', rest = ''] = /^(@rondo\/[^/]+)\/(.+)$/.exec(specifier) ?? [];
  const folder = folderOf(name);
  if (folder === undefined) return specifier;
  return rest.startsWith('test/') ? `${folder}/test/support/${rest.slice(5)}.ts` : `${folder}/src/${rest}.ts`;
}

const folders = new Map<string, string>();

function folderOf(packageName: string): string | undefined {
  if (folders.size === 0)
    for (const file of globSync('{packages,services,hosts}/*/package.json', { cwd: root }).concat(
      'gateway/package.json',
      'release-job/package.json',
    )) {
      const { name } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { name: string };
      folders.set(name, posix.dirname(file));
    }
  return folders.get(packageName);
}
