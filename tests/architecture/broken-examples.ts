/** Made-up files that break a rule, by the rule: a path, its text, and the line at fault if it is not the first. */
export const brokenExamples: Record<string, [path: string, text: string, line?: number][]> = {
  'packages-know-no-service': [
    ['packages/time/src/x.ts', "import { Task } from '@rondo/shared/contracts/task';"],
    ['packages/dapr-emulator/src/x.ts', "import { createLog } from '@rondo/shared/observability/log';"],
  ],
  'packages-are-browser-safe': [['packages/time/src/x.ts', "import { join } from 'node:path';"]],
  'contracts-are-browser-safe': [
    ['services/shared/src/contracts/x.ts', "import { join } from 'node:path';"],
    ['services/shared/src/contracts/x.ts', "import { sql } from 'kysely';"],
    ['services/shared/src/contracts/x.ts', "\nimport { AppError } from '../errors.ts';", 2],
    ['services/shared/src/contracts/x.ts', "// why\nexport const x = Buffer.from('x');", 2],
  ],
  'runtime-knows-no-service': [
    ['services/shared/src/x.ts', "import { service } from '@rondo/todo-service/service';"],
    ['services/shared/src/x.ts', "import type { Task } from '../../todo-service/src/domain/task.ts';"],
    ['services/shared/src/x.ts', "import { eventually } from '@rondo/shared/test/eventually';"],
  ],
  'services-never-import-each-other': [
    [
      'services/audit-service/src/domain/chain.ts',
      "import { decide } from '../../../todo-service/src/domain/task.ts';",
    ],
    [
      'services/audit-service/src/store/tables.ts',
      "\n\nexport const load = () => import('@rondo/todo-service/service');",
      3,
    ],
  ],
  'services-import-only-what-is-below': [
    ['services/todo-service/src/store/outbox.ts', "import { openIssuer } from '@rondo/gateway/issuer';"],
    [
      'services/todo-service/src/store/outbox.ts',
      "import { eventually } from '@rondo/shared/test/eventually';",
    ],
  ],
  'services-are-hosted-by-their-definition': [
    [
      'hosts/embedded/src/x.ts',
      "import { decide } from '../../../services/todo-service/src/domain/task.ts';",
    ],
    ['hosts/embedded/src/x.ts', "import { service } from '@rondo/todo-service/service';"],
  ],
  'hosts-point-one-way': [
    ['gateway/src/x.ts', "import { openPostgres } from '@rondo/host-common/open-postgres';"],
    ['hosts/common/src/x.ts', "import { startHost } from '@rondo/host-embedded/host';"],
    ['hosts/dapr/src/x.ts', "import { startHost } from '@rondo/host-embedded/host';"],
  ],
  'layers-point-one-way': [
    [
      'services/todo-service/src/commands/x.ts',
      "import { addCommandRoutes } from '../routes/task-commands.ts';",
    ],
    ['services/todo-service/src/queries/x.ts', "import { createTask } from '../commands/create-task.ts';"],
    ['services/todo-service/src/domain/task.ts', "import type { Tables } from '../store/tables.ts';"],
    [
      'services/todo-service/src/store/persist.ts',
      "import { createTask } from '../commands/create-task.ts';",
    ],
    ['services/todo-service/src/workers/x.ts', "import { service } from '../service.ts';"],
    [
      'services/notification-service/src/queries/x.ts',
      "import { createWebhookChannel } from '../channels/transports/webhook.ts';",
    ],
    [
      'services/notification-service/src/channels/transports/x.ts',
      "import { findChannel } from '../../queries/find-channel.ts';",
    ],
  ],
  'domain-is-pure': [
    ['services/todo-service/src/domain/task.ts', "import { sql } from 'kysely';"],
    ['services/audit-service/src/domain/chain.ts', "import { readFileSync } from 'node:fs';"],
    ['services/todo-service/src/domain/task.ts', "import type { FastifyRequest } from 'fastify';"],
    [
      'services/todo-service/src/domain/task.ts',
      "import { openDatabase } from '@rondo/shared/database/database';",
    ],
    ['services/todo-service/src/domain/task.ts', 'export const isOverdue = () => Date.now() > 0;'],
  ],
  'routes-hold-no-sql': [['services/todo-service/src/routes/sync.ts', "import { sql } from 'kysely';"]],
  'the-sidecar-is-the-only-way-out': [
    ['services/todo-service/src/store/outbox.ts', "import { Pool } from 'undici';"],
    ['services/todo-service/src/store/outbox.ts', "import { request } from 'node:http';"],
    ['services/todo-service/src/store/outbox.ts', "import { lookup } from 'node:dns/promises';"],
    [
      'services/todo-service/src/store/outbox.ts',
      "export const ask = () => fetch('http://audit-service:8002');",
    ],
    ['services/notification-service/src/workers/x.ts', "import { createTransport } from 'nodemailer';"],
    [
      'services/notification-service/src/channels/transports/x.ts',
      "export const ask = () => fetch('http://169.254.169.254');",
    ],
  ],
  'what-is-held-is-released': [
    ['gateway/src/proxy/x.ts', "reply.raw.once('close', end);"],
    ['services/shared/src/http/x.ts', "response.on('close', end);"],
    ['services/todo-service/src/routes/x.ts', "\nreader.on('drain', go).once('close', end);", 2],
  ],
  'environment-is-read-at-entry-points': [
    ['services/todo-service/src/config.ts', "export const port = process.env['PORT'];"],
    ['services/shared/src/config.ts', 'export const env = process.env;'],
  ],
  'no-default-exports': [['hosts/embedded/src/x.ts', 'const x = 1;\nexport default x;', 2]],
  'no-barrels': [
    ['services/shared/src/contracts/index.ts', "export * from './task.ts';"],
    ['services/shared/src/contracts/index.ts', "export { Task } from './task.ts';"],
  ],
  'runtime-has-no-domain-word': [
    ['services/shared/src/errors.ts', "import type { Task } from './contracts/task.ts';"],
    [
      'services/shared/src/http/request-telemetry.ts',
      "export const isOne = (url: string) => url.includes('/tasks/:id');",
    ],
  ],
  'no-service-knows-its-host': [
    ['services/todo-service/src/store/outbox.ts', 'export const x = (isEmbedded: boolean) => isEmbedded;'],
  ],
  'files-are-short': [
    ['hosts/embedded/src/x.ts', 'const x = 1;\n'.repeat(301), 301],
    ['services/todo-service/src/main.ts', 'await 1;\n'.repeat(6), 6],
    ['services/todo-service/src/service.ts', 'const x = 1;\n'.repeat(51), 51],
  ],
  'files-are-in-folders': [
    ['services/todo-service/src/outbox.ts', 'export const x = 1;'],
    ['services/notification-service/src/inbox-tables.ts', 'export const x = 1;'],
  ],
};
