import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { importFormats, ImportReport } from '@rondo/shared/contracts/import-report';
import { visibleText, visibleWords } from '@rondo/shared/contracts/scalars';
import { signalOfClient } from '@rondo/shared/http/closed-clients';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { createReaderSlots } from '@rondo/shared/http/reader-slots';
import { zoneOf } from '@rondo/shared/zone-of-person';
import { bodyLimitAt } from '@rondo/shared/service-registry';
import { importFile, previewFile } from '../commands/import-file.ts';
import type { TodoContext } from '../context.ts';
import { dateOrderOf } from '../domain/date-order.ts';
import { keyedContext } from './command-context.ts';
import { fileOf, importConfigAt, validatorExceptBody, type ImportTurns } from './import-turns.ts';
import { workspaceCommand } from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const path = '/api/v1/imports';
const maxBytes = bodyLimitAt('todo-service', path);
/** The first ones are documented. Browsers on Windows send the others for files with these names. */
const mediaTypes = [
  'text/csv',
  'application/zip',
  'application/json',
  'text/calendar',
  'text/markdown',
  'text/plain',
];
const otherMediaTypes = [
  'application/octet-stream',
  'application/vnd.ms-excel',
  'application/x-zip-compressed',
];

const schema = {
  tags: ['imports'],
  summary: 'Import a file',
  description:
    'Creates tasks from a file of at most 20 MiB: an export of Rondo, Todoist, TickTick, Vikunja or Super Productivity, a calendar, or a list in Markdown or plain text. Entries whose task exists are skipped; a task in the trash is restored. With `preview=true` nothing is written, and `imported` says how many tasks there would be. `POST /api/v1/imports/{id}/undo` takes the import back. docs/imports.md says what each field becomes.',
  operationId: 'importFile',
  consumes: mediaTypes,
  ...workspaceCommand,
  querystring: Type.Object(
    {
      format: Type.Optional(Type.Enum(importFormats, { description: 'by default, the content decides' })),
      preview: Type.Boolean({ default: false }),
      file_name: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 255,
          pattern: visibleText,
          'x-words': visibleWords,
          description: "the name of the file, which Todoist gives the project's name",
          examples: ['Home.csv'],
        }),
      ),
    },
    { additionalProperties: false },
  ),
  body: Type.String({ maxLength: maxBytes }),
  response: { 200: ImportReport },
  example: {
    request: 'TYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG\ntask,Pay rent @bills,1,1,every month,en\n',
    response: {
      import_id: exampleIds.event,
      format: 'todoist-csv',
      imported: 1,
      skipped: [{ uid: null, summary: 'File taxes', reason: 'it already exists' }],
      notes: [],
      more: { skipped: 0, notes: 0 },
      preview: [],
    },
  },
  problems: ['conflict', 'quota-exceeded', 'format-unknown', 'busy'] satisfies ErrorCode[],
};

/** Adds the import of files of other apps. A file is read in pieces, except for zips, whose directory is at their end. */
export function addFileImportRoutes(app: HttpServer, ctx: TodoContext, takeTurn: ImportTurns): void {
  const slots = createReaderSlots('import');
  void app.register(async (filesOnly: HttpServer) => {
    filesOnly.removeAllContentTypeParsers();
    filesOnly.addContentTypeParser([...mediaTypes, ...otherMediaTypes], (_request, payload, done) =>
      done(null, payload),
    );
    filesOnly.post(
      path,
      {
        bodyLimit: maxBytes,
        config: importConfigAt(path),
        schema,
        validatorCompiler: validatorExceptBody(filesOnly),
      },
      async (request, reply) => {
        const { identity, query, body } = request;
        const { format, preview: isPreview, file_name: fileName = null } = query;
        const context = {
          zone: zoneOf(identity),
          now: ctx.clock.now(),
          dateOrder: dateOrderOf(identity.locale),
          fileName,
        };
        const mediaType =
          (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
        const file = { bytes: fileOf(body), format, mediaType, context };
        const command = keyedContext(request, request.bodySha256);
        const free = slots.take(identity.personId);
        const run = isPreview ? previewFile : importFile;
        const importHere = () => run(ctx, command, file);
        const answer = takeTurn(identity.personId, importHere, signalOfClient(reply.raw)).finally(free);
        return sendAnswer(reply, await answer);
      },
    );
  });
}
