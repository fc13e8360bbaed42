import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { ImportFormat } from '@rondo/shared/contracts/import-report';
import { Count, DateTime, nullable, Uuid } from '@rondo/shared/contracts/scalars';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { undoImport } from '../commands/undo-import.ts';
import type { TodoContext } from '../context.ts';
import { listImports } from '../queries/list-imports.ts';
import { keyedContext } from './command-context.ts';
import { UndoneImport, workspaceCommand } from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const tags = ['imports'];
const path = '/api/v1/imports';

const Import = Type.Object(
  {
    id: Uuid,
    person_id: Uuid,
    format: ImportFormat,
    file_name: nullable(Type.String()),
    created_at: DateTime,
    tasks: Count,
    undone_at: nullable(DateTime),
  },
  { $id: 'Import' },
);

const schemas = {
  list: {
    tags,
    summary: 'List the imports',
    description: 'Lists the last 100 imports of the workspace, newest first.',
    operationId: 'listImports',
    response: { 200: Type.Array(Import) },
    example: {
      response: [
        {
          id: exampleIds.event,
          person_id: exampleIds.person,
          format: 'todoist-csv',
          file_name: 'Home.csv',
          created_at: '2027-01-20T18:02:11.000Z',
          tasks: 42,
          undone_at: null,
        },
      ],
    },
  },
  undo: {
    tags,
    summary: 'Undo an import',
    description:
      'Moves to the trash what the import created, and returns to the trash what it restored. Tasks that have changed since stay. A large import takes several requests: repeat it while `remaining` is not 0.',
    operationId: 'undoImport',
    ...workspaceCommand,
    params: Type.Object({ id: Uuid }),
    response: { 200: UndoneImport },
    example: { response: { undone: 41, kept: 1, remaining: 0 } },
    problems: ['not-found', 'conflict', 'command-too-large'] satisfies ErrorCode[],
  },
};

/** Adds the imports of files from other apps. */
export function addImportRoutes(app: HttpServer, ctx: TodoContext): void {
  app.get(path, { schema: schemas.list }, ({ identity }) =>
    listImports({ database: ctx.reads }, identity.workspaceId),
  );
  app.post(`${path}/:id/undo`, { schema: schemas.undo }, async (request, reply) =>
    sendAnswer(reply, await undoImport(ctx, keyedContext(request), request.params)),
  );
}
