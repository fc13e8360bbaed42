import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const find = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: (path) => path.includes('node_modules') }).toSorted();

const specs = 'specs/002-microservices-dapr-kafka';
const documents = [
  ...find('*.md'),
  ...find('{docs,specs,packages,services,gateway,release-job,hosts,k8s,bench,tests}/**/*.md'),
];

describe('the documents', () => {
  for (const path of documents) {
    test(`${path} links to files that exist`, () => {
      assert.deepEqual(
        linksOf(read(path)).filter((link) => !existsSync(join(root, dirname(path), link))),
        [],
      );
      assert.deepEqual(
        pathsOf(read(path)).filter((named) => find(named).length === 0),
        [],
      );
    });
  }

  for (const path of documents.filter((path) => !path.endsWith('CHANGELOG.md'))) {
    test(`${path} names npm scripts that package.json has`, () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const named = [...read(path).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].flatMap(
        ([, name]) => name ?? [],
      );
      assert.deepEqual(
        named.filter((name) => !(name in scripts)),
        [],
      );
    });
  }
});

describe('data-model.md', () => {
  const model = read(`${specs}/data-model.md`);

  const migrations = Object.groupBy(find('{packages,services}/*/migrations/*.sql').toSorted(), (path) =>
    dirname(path),
  );
  for (const [directory, paths = []] of Object.entries(migrations)) {
    for (const { table, columns } of tablesOf(paths.map((path) => read(path)).join('\n'))) {
      test(`describes every column of ${table} (${directory})`, () => {
        // Two schemas can have a table of the same name. One section must describe all columns of this one.
        const sections = model.split(/^### /m).filter((section) => section.startsWith(`${table}\n`));
        assert.ok(sections.length > 0, `there is no section ${table}`);
        assert.deepEqual(
          columns.filter((column) => !sections.some((section) => section.includes(`\`${column}\``))),
          [],
        );
      });
    }
  }
});

test('the checklist has each requirement of the specification exactly once', () => {
  const required = [...read(`${specs}/spec.md`).matchAll(/^\| (FR-\d{3}) \|/gm)].map(([, id]) => id);
  const checked = [
    ...read(`${specs}/checklists/requirements.md`).matchAll(/^\| \[[ x]\] \| (FR-\d{3}) \|/gm),
  ].map(([, id]) => id);
  assert.ok(required.length > 0);
  assert.deepEqual(new Set(checked), new Set(required));
  assert.equal(checked.length, new Set(checked).size, 'a requirement is listed twice');
});

describe('each decision', () => {
  for (const path of find('docs/adr/*.md')) {
    test(`${path} has a status, a context, a decision, consequences and sources`, () => {
      const text = read(path);
      const [, number] = /adr\/(\d{4})-[a-z0-9-]+\.md$/.exec(path) ?? [];
      assert.match(
        text,
        new RegExp(`^# ${number}: .+\n\nStatus: (accepted|superseded by \\d{4}), \\d{4}-\\d\\d-\\d\\d\n`),
      );
      assert.deepEqual(
        [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
        ['Context', 'Decision', 'Consequences', 'Sources'],
      );
    });
  }
});

/** Returns the targets of links inside the repository, without their fragments. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .flatMap(([, target]) => target?.split('#')[0] ?? [])
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** Returns paths in backticks that begin with one of our folders. */
function pathsOf(text: string): string[] {
  return [
    ...text.matchAll(
      /`((?:packages|services|hosts|gateway|release-job|tests|bench|docs|specs|scripts|k8s|web)\/[\w./*-]+)`/g,
    ),
  ]
    .flatMap(([, path]) => path ?? [])
    .filter((path) => !/^(k8s|web|bench\/results)\b/.test(path));
}

type Table = { table: string; columns: string[] };

/** Returns the tables that migrations create, with their columns. The SQL has one column per line. */
function tablesOf(sql: string): Table[] {
  return [...sql.matchAll(/^CREATE TABLE (\w+) \(\n([\s\S]*?)^\)/gm)].map(([, table = '', body = '']) => {
    const changes = [...sql.matchAll(new RegExp(`^ALTER TABLE ${table}\\b[^;]*;`, 'gm'))].join('\n');
    const namesIn = (text: string, pattern: RegExp) =>
      [...text.matchAll(pattern)].flatMap(([, column]) => column ?? []);
    const dropped = new Set(namesIn(changes, /DROP COLUMN (\w+)/g));
    const made = [...namesIn(body, /^ {2}"?([a-z_]+)"? /gm), ...namesIn(changes, /ADD COLUMN (\w+)/g)];
    return { table, columns: made.filter((column) => !dropped.has(column)) };
  });
}
