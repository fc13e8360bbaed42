import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A file of the repository: its path from the root, with `/`, and its text. */
export type SourceFile = { path: string; text: string };

/** An import: the specifier as written, the path that it resolves to (the specifier for a library), and its line. */
export type Import = { specifier: string; target: string; line: number; isType: boolean };

/** A place that breaks a rule. */
export type Violation = { file: string; line: number; rule: string; message: string };

const root = join(import.meta.dirname, '../..');
const packageFiles = '{{packages,services,hosts}/*,gateway,release-job}/package.json';

/** Reads every TypeScript source, and the package.json and README of each package. */
export function readSources(): SourceFile[] {
  const patterns = [
    '{packages,services,hosts}/*/src/**/*.ts',
    '{gateway,release-job}/src/**/*.ts',
    '{scripts,bench}/**/*.ts',
    '{packages,services,hosts}/*/README.md',
    packageFiles,
  ];
  return globSync(patterns, { cwd: root, exclude: (path) => path.includes('node_modules') })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const importStatement = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?(['"])([^'"\n]+)\2/gm;
const importExpression = /\bimport\(\s*(['"])([^'"\n]+)\1/g;

/** Returns the imports, re-exports and `import()` calls of a file. oxfmt puts each statement at the start of a line. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const code = codeOf(text);
  const importAt = (index: number, specifier: string, isType: boolean): Import => ({
    specifier,
    target: targetOf(path, specifier),
    line: code.slice(0, index).split('\n').length,
    isType,
  });
  return [
    ...Array.from(code.matchAll(importStatement), ({ 1: type, 3: specifier = '', index }) =>
      importAt(index, specifier, type !== undefined),
    ),
    ...Array.from(code.matchAll(importExpression), ({ 2: specifier = '', index }) =>
      importAt(index, specifier, false),
    ),
  ];
}

/** Removes comments and keeps the line numbers. A comment has lines of its own, or ends a line. */
export function codeOf(text: string): string {
  return text
    .replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

/** Returns the lines, from 1, on which a pattern matches code. */
export function linesWith(text: string, pattern: RegExp): number[] {
  return codeOf(text)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

/** Resolves a specifier. The `exports` of all our package.json files have the same form. */
function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  const [, name = '', rest = ''] = /^(@rondo\/[^/]+)\/(.+)$/.exec(specifier) ?? [];
  const folder = packageFolders().get(name);
  if (folder === undefined) return specifier;
  return rest.startsWith('test/') ? `${folder}/test/support/${rest.slice(5)}.ts` : `${folder}/src/${rest}.ts`;
}

let folders: Map<string, string> | undefined;

/** The folder of each package, by its name. */
function packageFolders(): Map<string, string> {
  folders ??= new Map(
    globSync(packageFiles, { cwd: root }).map((file) => {
      const { name } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { name: string };
      return [name, posix.dirname(file)];
    }),
  );
  return folders;
}
