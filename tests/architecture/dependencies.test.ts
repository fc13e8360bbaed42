import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeImports, type Violation } from './dependency-rules.ts';
import { judgeLines, judgeRooms } from './form-rules.ts';
import { domains } from './rooms.ts';
import { importsOf, readHouse, type SourceFile } from './source-file.ts';

const judge = (files: SourceFile[]): Violation[] => [
  ...judgeImports(files),
  ...judgeLines(files),
  ...judgeRooms(files),
];
const tell = ({ file, line, rule, message }: Violation) => `${file}:${line} ${rule}: ${message}`;

describe('the house', () => {
  const house = readHouse();

  test('keeps its rules', () => {
    assert.deepEqual(judge(house).map(tell), []);
  });

  test('is read as a whole: every service, the runtime, the host', () => {
    const paths = new Set(house.map(({ path }) => path));
    const expected = [
      ...Object.keys(domains).map((service) => `services/${service}/src/service.ts`),
      'services/shared/src/contracts/task.ts',
      'services/shared/src/runtime/relay.ts',
      'embedded/src/host.ts',
    ];
    assert.deepEqual(
      expected.filter((path) => !paths.has(path)),
      [],
    );
  });

  test('has its imports found: the host imports every service and the runtime', () => {
    const host = house.find(({ path }) => path === 'embedded/src/host.ts');
    assert.ok(host);
    const targets = new Set(importsOf(host).map(({ target }) => target));
    for (const service of Object.keys(domains)) assert.ok(targets.has(`services/${service}/src/service.ts`));
    assert.ok(targets.has('services/shared/src/runtime/service.ts'));
    assert.ok(targets.has('embedded/src/open-postgres.ts'));
  });
});

/** Made-up files, each of which breaks one rule at one line. */
const broken: [rule: string, line: number, path: string, text: string][] = [
  [
    'contracts-are-browser-safe',
    1,
    'services/shared/src/contracts/x.ts',
    "import { join } from 'node:path';",
  ],
  ['contracts-are-browser-safe', 1, 'services/shared/src/contracts/x.ts', "import { v7 } from 'uuid';"],
  [
    'contracts-are-browser-safe',
    2,
    'services/shared/src/contracts/x.ts',
    "\nimport { AppError } from '../runtime/errors.ts';",
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
    'services/shared/src/runtime/x.ts',
    "import { todoService } from '@rondo/todo-service/service';",
  ],
  [
    'runtime-knows-no-service',
    1,
    'services/shared/src/runtime/x.ts',
    "import type { Task } from '../../../todo-service/src/task.ts';",
  ],
  [
    'runtime-knows-no-service',
    1,
    'services/shared/src/runtime/x.ts',
    "import { eventually } from '@rondo/shared/test/eventually';",
  ],
  [
    'services-never-import-each-other',
    1,
    'services/audit-service/src/chain.ts',
    "import { decide } from '../../todo-service/src/task.ts';",
  ],
  [
    'services-never-import-each-other',
    3,
    'services/audit-service/src/tables.ts',
    "\n\nexport const load = () => import('@rondo/todo-service/service');",
  ],
  [
    'services-stand-on-shared-alone',
    1,
    'services/todo-service/src/outbox.ts',
    "import { openIssuer } from '@rondo/gateway/issuer';",
  ],
  [
    'services-stand-on-shared-alone',
    1,
    'services/todo-service/src/outbox.ts',
    "import { eventually } from '@rondo/shared/test/eventually';",
  ],
  [
    'embedded-imports-services-by-their-definition',
    1,
    'embedded/src/x.ts',
    "import { decide } from '../../services/todo-service/src/task.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/commands/x.ts',
    "import { addCommandRoutes } from '../routes.ts';",
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
    'services/todo-service/src/task.ts',
    "import type { TodoContext } from './tables.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/persist.ts',
    "import { findTask } from './queries/find-task.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/todo-service/src/workers/x.ts',
    "import { todoService } from '../service.ts';",
  ],
  ['domain-is-pure', 1, 'services/todo-service/src/task.ts', "import { sql } from 'kysely';"],
  ['domain-is-pure', 1, 'services/audit-service/src/chain.ts', "import { readFileSync } from 'node:fs';"],
  [
    'domain-is-pure',
    1,
    'services/todo-service/src/task.ts',
    "import type { FastifyRequest } from 'fastify';",
  ],
  [
    'domain-is-pure',
    1,
    'services/todo-service/src/task.ts',
    "import { openDatabase } from '@rondo/shared/runtime/database';",
  ],
  ['routes-hold-no-sql', 1, 'services/todo-service/src/read-routes.ts', "import { sql } from 'kysely';"],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/todo-service/src/outbox.ts',
    "import { Pool } from 'undici';",
  ],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/todo-service/src/outbox.ts',
    "import { request } from 'node:http';",
  ],
  [
    'the-sidecar-is-the-only-way-out',
    1,
    'services/todo-service/src/outbox.ts',
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
    'services/notification-service/src/channels/x.ts',
    "export const ask = () => fetch('http://169.254.169.254');",
  ],
  [
    'layers-point-one-way',
    1,
    'services/notification-service/src/queries/x.ts',
    "import { createWebhookChannel } from '../channels/webhook.ts';",
  ],
  [
    'layers-point-one-way',
    1,
    'services/notification-service/src/channels/x.ts',
    "import { findChannel } from '../queries/find-channel.ts';",
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
    'services/shared/src/runtime/config.ts',
    'export const env = process.env;',
  ],
  ['no-default-exports', 2, 'embedded/src/x.ts', 'const x = 1;\nexport default x;'],
  ['no-barrels', 1, 'services/shared/src/contracts/index.ts', "export * from './task.ts';"],
  ['no-barrels', 1, 'services/shared/src/contracts/index.ts', "export { Task } from './task.ts';"],
  [
    'no-service-knows-its-host',
    1,
    'services/todo-service/src/outbox.ts',
    'export const x = (isEmbedded: boolean) => isEmbedded;',
  ],
  ['files-are-short', 301, 'embedded/src/x.ts', 'const x = 1;\n'.repeat(301)],
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

  test('lets channels out past the sidecar, and those who deliver import channels', () => {
    const files = [
      {
        path: 'services/notification-service/src/channels/x.ts',
        text: "import { request } from 'undici';\nimport { createTransport } from 'nodemailer';",
      },
      ...['workers/x.ts', 'commands/x.ts', 'consumers/x.ts', 'service.ts'].map((path) => ({
        path: `services/notification-service/src/${path}`,
        text: "import { createWebhookChannel } from '@rondo/notification-service/channels/webhook';",
      })),
    ];
    assert.deepEqual(judgeImports(files).map(tell), []);
  });

  test('asks of a service for its entry, its definition, its README and its domain', () => {
    const found = judgeRooms([{ path: 'services/chat-service/package.json', text: '{}' }]);
    assert.deepEqual(
      found.map(({ message }) => message),
      [
        'src/main.ts is missing',
        'src/service.ts is missing',
        'README.md is missing',
        'tests/architecture/rooms.ts does not say which files are its domain',
      ],
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
    assert.deepEqual(judge([{ path: 'services/shared/src/runtime/x.ts', text }]), []);
  });

  test('reads imports over several lines, types and dynamic ones', () => {
    const text =
      "import {\n  a,\n  b,\n} from './a.ts';\nimport type { C } from 'c';\nimport './d.ts';\nconst e = await import('./e.ts');";
    assert.deepEqual(
      importsOf({ path: 'embedded/src/x.ts', text }).map(({ target, line, is_type }) => [
        target,
        line,
        is_type,
      ]),
      [
        ['embedded/src/a.ts', 1, false],
        ['c', 5, true],
        ['embedded/src/d.ts', 6, false],
        ['embedded/src/e.ts', 7, false],
      ],
    );
  });
});

function sizesOf(file: SourceFile): Violation[] {
  return judgeRooms([file]).filter(({ rule }) => rule === 'files-are-short');
}
