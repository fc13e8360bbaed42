import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeOfStatus, errorCodes, type ErrorCodeFacts } from '@rondo/shared/contracts/error-codes';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const table = 'services/shared/src/contracts/error-codes.ts';
const sources = globSync('{services/*,packages/*,gateway,release-job,hosts/*}/src/**/*.ts', { cwd: root })
  .filter((path) => path !== table)
  .map((path) => read(path))
  .join('\n');

test('docs/errors.md has a row for each code, as the table of codes has it, and no other', () => {
  const rows = read('docs/errors.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  const expected = Object.entries<ErrorCodeFacts>(errorCodes).map(
    ([code, { status, retryable, meaning }]) => [
      `\`${code}\``,
      String(status),
      retryable ? 'yes' : 'no',
      meaning,
    ],
  );
  assert.deepEqual(rows, expected);
});

test('every code is raised somewhere', () => {
  const ofStatus = new Set([400, 404, 405, 408, 413, 414, 415, 431].map((status) => codeOfStatus(status)));
  const unused = Object.keys(errorCodes).filter(
    (code) => !ofStatus.has(code as keyof typeof errorCodes) && !sources.includes(`'${code}'`),
  );
  assert.deepEqual(unused, []);
});

test('an answer that is written by hand has a code of the table', () => {
  const written = [...sources.matchAll(/\bstatus: \d{3},\n\s+code: '([a-z-]+)'/g)].map(
    ([, code]) => code ?? '',
  );
  assert.ok(written.length > 0);
  assert.deepEqual(
    written.filter((code) => !(code in errorCodes)),
    [],
  );
});
