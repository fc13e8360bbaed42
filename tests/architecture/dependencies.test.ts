import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeImports, type Violation } from './dependency-rules.ts';
import { judgeForm, judgeLines } from './form-rules.ts';
import { importsOf, readSources, type SourceFile } from './source-file.ts';

const judge = (files: SourceFile[]): Violation[] => [
  ...judgeImports(files),
  ...judgeLines(files),
  ...judgeForm(files),
];
const tell = ({ file, line, rule, message }: Violation) => `${file}:${line} ${rule}: ${message}`;

describe('the sources', () => {
  const sources = readSources();
  const services = sources.filter(({ path }) => /^services\/[^/]+-service\/src\/service\.ts$/.test(path));

  test('keep the rules', () => {
    assert.deepEqual(judge(sources).map(tell), []);
  });

  test('are read as a whole: every service, the runtime, the host', () => {
    const paths = new Set(sources.map(({ path }) => path));
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

  test('have their imports found: the embedded host imports the runtime and what hosts share', () => {
    const host = sources.find(({ path }) => path === 'hosts/embedded/src/host.ts');
    assert.ok(host);
    const targets = new Set(importsOf(host).map(({ target }) => target));
    assert.ok(targets.has('services/shared/src/service.ts'));
    assert.ok(targets.has('hosts/common/src/open-postgres.ts'));
  });
});

/** Made-up files, each of which breaks one rule at one line. */
const broken: [rule: string, line: number, path: string, text: string][] = [
  [
    'packages-know-no-service',
    1,
    'packages/time/src/x.ts',
    "import { Task } from '@rondo/shared/contracts/task';",
  ],
  [
    'packages-know-no-service',
    1,
    'packages/dapr-emulator/src/x.ts',
    "import { createLog } from '@rondo/shared/observability/log';",
  ],
  ['packages-are-browser-safe', 1, 'packages/time/src/x.ts', "import { join } from 'node:path';"],
  [
    'hosts-point-one-way',
    1,
    'gateway/src/x.ts',
    "import { openPostgres } from '@rondo/host-common/open-postgres';",
  ],
  [
    'hosts-point-one-way',
    1,
    'hosts/common/src/x.ts',
    "import { startHost } from '@rondo/host-embedded/host';",
  ],
  ['hosts-point-one-way', 1, 'hosts/dapr/src/x.ts', "import { startHost } from '@rondo/host-embedded/host';"],
  [
    'contracts-are-browser-safe',
    1,
    'services/shared/src/contracts/x.ts',
    "import { join } from 'node:path';",
  ],
  ['contracts-are-browser-safe', 1, 'services/shared/src/contracts/x.ts', "import { sql } from 'kysely';"],
  [
    'contracts-are-browser-safe',
    2,
    'services/shared/src/contracts/x.ts',
    "\nimport { AppError } from '../errors.ts';",
  ],
  [
    'contracts-are-browser-safe',
    2,
    'services/shared/src/contracts/x.ts',
    "// why\nexport const x = Buffer.from('x');",
  ],
  [
    'runtime-knows-no-service',
    1,
    'services/shared/src/x.ts',
    "import { service } from '@rondo/todo-service/service';",
  ],
  [
    'runtime-knows-no-service',
    1,
    'services/shared/src/x.ts',
    "import type { Task } from '../../todo-service/src/domain/task.ts';",
  ],
  [
    'runtime-knows-no-service',
    1,
    'services/shared/src/x.ts',
    "import { eventually } from '@rondo/shared/test/eventually';",
  ],
  [
    'services-never-import-each-other',
    1,
    'services/audit-service/src/domain/chain.ts',
    "import { decide } from '../../../todo-service/src/domain/task.ts';",
  ],
  [
    'services-never-import-each-other',
    3,
    'services/audit-service/src/store/tables.ts',
    "\n\nexport const load = () => import('@rondo/todo-service/service');",
  ],
  [
    'services-stand-on-shared-alone',
    1,
    'services/todo-service/src/store/outbox.ts',
    "import { openIssuer } from '@rondo/gateway/issuer';",
  ],
  [
    'services-stand-on-shared-alone',
    1,
    'services/todo-service/src/store/outbox.ts',
    "import { eventually } from '@rondo/shared/test/eventually';",
  ],
  [
    'services-are-hosted-by-their-definition',
    1,
    'hosts/embedded/src/x.ts',
    "import { decide } from '../../../services/todo-service/src/domain/task.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/commands/x.ts',
    "import { addCommandRoutes } from '../routes/task-commands.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/queries/x.ts',
    "import { createTask } from '../commands/create-task.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/domain/task.ts',
    "import type { Tables } from '../store/tables.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/store/persist.ts',
    "import { createTask } from '../commands/create-task.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/workers/x.ts',
    "import { service } from '../service.ts';",
  ],
  ['domain-is-pure', 1, 'services/todo-service/src/domain/task.ts', "import { sql } from 'kysely';"],
  [
    'domain-is-pure',
    1,
    'services/audit-service/src/domain/chain.ts',
    "import { readFileSync } from 'node:fs';",
  ],
  [
    'domain-is-pure',
    1,
    'services/todo-service/src/domain/task.ts',
    "import type { FastifyRequest } from 'fastify';",
  ],
  [
    'domain-is-pure',
    1,
    'services/todo-service/src/domain/task.ts',
    "import { openDatabase } from '@rondo/shared/database/database';",
  ],
  ['routes-hold-no-sql', 1, 'services/todo-service/src/routes/sync.ts', "import { sql } from 'kysely';"],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/todo-service/src/store/outbox.ts',
    "import { Pool } from 'undici';",
  ],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/todo-service/src/store/outbox.ts',
    "import { request } from 'node:http';",
  ],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/todo-service/src/store/outbox.ts',
    "export const ask = () => fetch('http://audit-service:8002');",
  ],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/notification-service/src/workers/x.ts',
    "import { createTransport } from 'nodemailer';",
  ],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/notification-service/src/channels/transports/x.ts',
    "export const ask = () => fetch('http://169.254.169.254');",
  ],
  [
    'layers-point-one-way',
    1,
    'services/notification-service/src/queries/x.ts',
    "import { createWebhookChannel } from '../channels/transports/webhook.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/notification-service/src/channels/transports/x.ts',
    "import { findChannel } from '../../queries/find-channel.ts';",
  ],
  [
    'environment-is-read-at-entry-points',
    1,
    'services/todo-service/src/config.ts',
    "export const port = process.env['PORT'];",
  ],
  [
    'environment-is-read-at-entry-points',
    1,
    'services/shared/src/config.ts',
    'export const env = process.env;',
  ],
  ['no-default-exports', 2, 'hosts/embedded/src/x.ts', 'const x = 1;\nexport default x;'],
  ['no-barrels', 1, 'services/shared/src/contracts/index.ts', "export * from './task.ts';"],
  ['no-barrels', 1, 'services/shared/src/contracts/index.ts', "export { Task } from './task.ts';"],
  [
    'no-service-knows-its-host',
    1,
    'services/todo-service/src/store/outbox.ts',
    'export const x = (isEmbedded: boolean) => isEmbedded;',
  ],
  [
    'runtime-has-no-domain-word',
    1,
    'services/shared/src/errors.ts',
    "import type { Task } from './contracts/task.ts';",
  ],
  [
    'runtime-has-no-domain-word',
    1,
    'services/shared/src/http/request-telemetry.ts',
    "export const isOne = (url: string) => url.includes('/tasks/:id');",
  ],
  ['files-are-short', 301, 'hosts/embedded/src/x.ts', 'const x = 1;\n'.repeat(301)],
  ['files-are-short', 6, 'services/todo-service/src/main.ts', 'await 1;\n'.repeat(6)],
];

describe('the judge', () => {
  for (const [rule, line, path, text] of broken) {
    test(`finds ${rule} in ${path}: ${text.split('\n').findLast((part) => part !== '') ?? ''}`, () => {
      const found = [{ path, text }].flatMap((file) => [
        ...judgeImports([file]),
        ...judgeLines([file]),
        ...sizesOf(file),
      ]);
      assert.deepEqual(
        found.filter((violation) => violation.rule === rule).map(({ file, line }) => ({ file, line })),
        [{ file: path, line }],
        found.map(tell).join('\n'),
      );
    });
  }

  test('lets transports out past the sidecar, and those who deliver import transports', () => {
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
    assert.deepEqual(judgeImports(files).map(tell), []);
  });

  test('asks of a service for its entry, its definition and its README', () => {
    const found = judgeForm([{ path: 'services/chat-service/package.json', text: '{}' }]);
    assert.deepEqual(
      found.map(({ message }) => message),
      ['src/main.ts is missing', 'src/service.ts is missing', 'README.md is missing'],
    );
  });

  test('takes no comment and no string for code', () => {
    const text = [
      '/** Not `process.env`, and nothing embedded. */',
      "// import { sql } from 'kysely';",
      "export const route = '/v1.0/state/*'; // not process.env",
      "export const glob = 'a/*.ts';",
      "  import('./a.ts');",
    ].join('\n');
    assert.deepEqual(judge([{ path: 'services/shared/src/x.ts', text }]), []);
  });

  test('reads imports over several lines, types and dynamic ones', () => {
    const text =
      "import {\n  a,\n  b,\n} from './a.ts';\nimport type { C } from 'c';\nimport './d.ts';\nconst e = await import('./e.ts');";
    assert.deepEqual(
      importsOf({ path: 'hosts/embedded/src/x.ts', text }).map(({ target, line, is_type }) => [
        target,
        line,
        is_type,
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

function sizesOf(file: SourceFile): Violation[] {
  return judgeForm([file]).filter(({ rule }) => rule === 'files-are-short');
}
