import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Count, nullable } from '@rondo/shared/contracts/scalars';
import { invalidInput } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { importCalendarFile } from '../commands/import-calendar-file.ts';
import type { TodoContext } from '../context.ts';

const mediaType = 'text/calendar';
const maxBytes = 1024 * 1024;

const Remark = Type.Object(
  { uid: nullable(Type.String()), summary: nullable(Type.String()), reason: Type.String() },
  { $id: 'ImportRemark' },
);
const ImportReport = Type.Object(
  {
    imported: Count,
    skipped: Type.Array(Remark, { description: 'entries that were not imported' }),
    notes: Type.Array(Remark, { description: 'tasks that lack something of their entry' }),
  },
  { $id: 'ImportReport' },
);

const schema = {
  tags: ['calendar'],
  summary: 'Import the to-dos and events of an iCalendar file; entries that were imported before are skipped',
  consumes: [mediaType],
  body: Type.String(),
  response: {
    200: ImportReport,
    401: Problem,
    413: Problem,
    415: Problem,
    422: Problem,
    503: Problem,
  },
};

/** Adds the import of iCalendar files. */
export function addCalendarImportRoutes(app: HttpServer, ctx: TodoContext): void {
  app.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      done(invalidInput([{ field: 'body', message: 'is not UTF-8' }]));
    }
  });
  app.post('/api/v1/calendar-import', { bodyLimit: maxBytes, schema }, ({ identity, trace, body }) =>
    importCalendarFile(ctx, { identity, trace }, { text: body, timeZone: identity.time_zone }),
  );
}
