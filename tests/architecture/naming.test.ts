import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { codeOf, readSources, type SourceFile } from './source-file.ts';

const root = join(import.meta.dirname, '../..');
const snakeCase = /\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b/g;

/** Names that TypeScript has from elsewhere: fields of contracts, and columns of tables. */
const givenNames = new Set(
  globSync(['services/shared/src/contracts/*.ts', '{services,packages}/**/migrations/**/*.sql'], {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  }).flatMap((path) => readFileSync(join(root, path), 'utf8').match(snakeCase) ?? []),
);

/** The snake_case properties of a file's types that are neither fields of contracts nor columns. */
function wrongNames({ path, text }: SourceFile): string[] {
  let isInType = false;
  return codeOf(text)
    .split('\n')
    .flatMap((line, index) => {
      if (/^(?:export )?type \w+/.test(line)) isInType = true;
      const [, name = ''] = /^\s+(?:readonly )?([a-z0-9_]+)\??(?::|\()/.exec(line) ?? [];
      const isWrong = isInType && name.includes('_') && !givenNames.has(name);
      if (line.endsWith(';') && /^\S/.test(line)) isInType = false;
      return isWrong ? [`${path}:${index + 1} ${name}`] : [];
    });
}

describe('snake_case names in types', () => {
  test('are fields of contracts or columns of tables', () => {
    const files = readSources().filter(({ path }) => path.endsWith('.ts') && !path.includes('/contracts/'));
    assert.deepEqual(
      files.flatMap((file) => wrongNames(file)),
      [],
    );
  });

  test('are found, and not those of contracts and tables', () => {
    const text =
      'export type Options = {\n  every_ms: number;\n  workspace_id: string;\n};\nconst x = {\n  a_b: 1,\n};';
    assert.deepEqual(wrongNames({ path: 'x.ts', text }), ['x.ts:2 every_ms']);
  });
});
