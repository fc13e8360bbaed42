import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isHost } from './rooms.ts';

/** A file of the repository: its path from the root, with `/`, and its text. */
export type SourceFile = { path: string; text: string };

/** What a file imports: as it is written, the repository's path where it is one of ours, and the line. */
export type Import = { specifier: string; target: string; line: number; is_type: boolean };

const root = join(import.meta.dirname, '../..');

/** Everything that is read to judge the house: all TypeScript, and the papers that each service needs. */
export function readHouse(): SourceFile[] {
  const patterns = [
    'services/*/src/**/*.ts',
    'services/*/package.json',
    'services/*/README.md',
    '{gateway,release-job,embedded,engine}/src/**/*.ts',
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

/** Our own packages by the paths that their package.json exports; what is not ours stays as it is written. */
function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  const [, name, rest] = /^@rondo\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  if (name === undefined || rest === undefined) return specifier;
  if (isHost(name)) return `${name}/src/${rest}.ts`;
  if (name === 'shared' && rest.startsWith('test/'))
    return `services/shared/test/support/${rest.slice(5)}.ts`;
  return `services/${name}/src/${rest}.ts`;
}
