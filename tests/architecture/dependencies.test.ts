import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brokenExamples } from './broken-examples.ts';
import { fileGraph, findCycles, packageGraph } from './cycles.ts';
import { checkImports } from './dependency-rules.ts';
import { checkFiles, checkLines, checkServices } from './form-rules.ts';
import { importsOf, readSources, type SourceFile, type Violation } from './source-file.ts';

const checkRules = (files: SourceFile[]): Violation[] => [
  ...checkImports(files),
  ...checkLines(files),
  ...checkFiles(files),
];
const describeViolation = ({ file, line, rule, message }: Violation) => `${file}:${line} ${rule}: ${message}`;

describe('the sources', () => {
  const sources = readSources();

  test('keep the rules', () => {
    assert.deepEqual([...checkRules(sources), ...checkServices(sources)].map(describeViolation), []);
  });

  test('have no cycle among files, imports of types included', () => {
    assert.deepEqual(findCycles(fileGraph(sources)), []);
  });

  test('have no cycle among packages', () => {
    assert.deepEqual(findCycles(packageGraph(sources)), []);
  });

  test('are read completely: every service, the packages, the runtime, the host', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const services = [...paths].filter((path) => /^services\/[^/]+-service\/src\/service\.ts$/.test(path));
    assert.ok(services.length >= 5);
    const expected = [
      'packages/recurrence/src/rule.ts',
      'services/shared/src/contracts/task.ts',
      'services/shared/src/messaging/relay.ts',
      'hosts/embedded/src/host.ts',
    ];
    assert.deepEqual(
      expected.filter((path) => !paths.has(path)),
      [],
    );
  });

  test('have their imports resolved: the embedded host imports the runtime and what hosts share', () => {
    const host = sources.find(({ path }) => path === 'hosts/embedded/src/host.ts');
    assert.ok(host);
    const targets = new Set(importsOf(host).map(({ target }) => target));
    assert.ok(targets.has('services/shared/src/service.ts'));
    assert.ok(targets.has('hosts/common/src/open-postgres.ts'));
  });
});

describe('the rules', () => {
  for (const [rule, examples] of Object.entries(brokenExamples))
    for (const [path, text, line = 1] of examples)
      test(`${rule} rejects in ${path}: ${text.split('\n').findLast((part) => part !== '') ?? ''}`, () => {
        const found = checkRules([{ path, text }]);
        assert.deepEqual(
          found.filter((violation) => violation.rule === rule).map(({ file, line }) => ({ file, line })),
          [{ file: path, line }],
          found.map(describeViolation).join('\n'),
        );
      });

  test('allow transports to bypass the sidecar, and allow layers that deliver to import transports', () => {
    const files = [
      {
        path: 'services/notification-service/src/channels/transports/x.ts',
        text: "import { request } from 'undici';\nimport { createTransport } from 'nodemailer';",
      },
      ...['workers/x.ts', 'commands/x.ts', 'consumers/x.ts', 'service.ts'].map((path) => ({
        path: `services/notification-service/src/${path}`,
        text: "import { createWebhookChannel } from '@rondo/notification-service/channels/transports/webhook';",
      })),
    ];
    assert.deepEqual(checkImports(files).map(describeViolation), []);
  });

  test('allow a domain to import a file of the runtime that is pure with all its imports', () => {
    const domain = {
      path: 'services/todo-service/src/domain/task.ts',
      text: "import { AppError } from '@rondo/shared/errors';",
    };
    const errors = { path: 'services/shared/src/errors.ts', text: "import { x } from './x.ts';" };
    const checkWith = (text: string) =>
      checkImports([domain, errors, { path: 'services/shared/src/x.ts', text }]).map(({ rule }) => rule);
    assert.deepEqual(checkWith("import { Type } from 'typebox';"), []);
    assert.deepEqual(checkWith("import { Pool } from 'pg';"), ['domain-is-pure']);
    assert.deepEqual(checkWith('export const x = () => Date.now();'), ['domain-is-pure']);
  });

  test('require an entry, a definition and a README of each service', () => {
    const found = checkServices([{ path: 'services/chat-service/package.json', text: '{}' }]);
    assert.deepEqual(
      found.map(({ message }) => message),
      ['src/main.ts is missing', 'src/service.ts is missing', 'README.md is missing'],
    );
  });

  test('find a cycle of types among files, and one among packages', () => {
    const files = [
      { path: 'packages/time/src/a.ts', text: "import type { B } from './b.ts';" },
      { path: 'packages/time/src/b.ts', text: "import { c } from '@rondo/recurrence/c';" },
      { path: 'packages/recurrence/src/c.ts', text: "import { a } from '@rondo/time/a';" },
      { path: 'packages/recurrence/src/d.ts', text: "import { a } from '@rondo/time/a';" },
    ];
    assert.deepEqual(findCycles(fileGraph(files)), [
      'packages/time/src/a.ts → packages/time/src/b.ts → packages/recurrence/src/c.ts → packages/time/src/a.ts',
    ]);
    const packages = [
      { path: 'packages/a/package.json', text: '{"name":"a","dependencies":{"b":"1"}}' },
      { path: 'packages/b/package.json', text: '{"name":"b","devDependencies":{"a":"1"}}' },
    ];
    assert.deepEqual(findCycles(packageGraph(packages)), ['a → b → a']);
  });

  test('ignore comments and strings', () => {
    const text = [
      '/** Not `process.env`, and nothing embedded. */',
      "// import { sql } from 'kysely';",
      "export const route = '/v1.0/state/*'; // not process.env",
      "export const glob = 'a/*.ts';",
      "  import('./a.ts');",
    ].join('\n');
    assert.deepEqual(checkRules([{ path: 'services/shared/src/x.ts', text }]), []);
  });

  test('read imports over several lines, imports of types, and dynamic ones', () => {
    const text =
      "import {\n  a,\n  b,\n} from './a.ts';\nimport type { C } from 'c';\nimport './d.ts';\nconst e = await import('./e.ts');";
    assert.deepEqual(
      importsOf({ path: 'hosts/embedded/src/x.ts', text }).map(({ target, line, isType }) => [
        target,
        line,
        isType,
      ]),
      [
        ['hosts/embedded/src/a.ts', 1, false],
        ['c', 5, true],
        ['hosts/embedded/src/d.ts', 6, false],
        ['hosts/embedded/src/e.ts', 7, false],
      ],
    );
  });
});
