import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Count, nullable } from '@rondo/shared/contracts/scalars';
import { invalidInput } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { bodyLimitAt } from '@rondo/shared/service-registry';
import { importCalendarFile } from '../commands/import-calendar-file.ts';
import type { TodoContext } from '../context.ts';

const mediaType = 'text/calendar';
const path = '/api/v1/calendar-import';
const maxBytes = bodyLimitAt('todo-service', path);

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
  summary: 'Import an iCalendar file',
  description:
    'Creates tasks from the to-dos and events of an iCalendar file (RFC 5545) of at most 1 MiB. Entries that were imported before are skipped.',
  operationId: 'importCalendar',
  consumes: [mediaType],
  body: Type.String({ maxLength: maxBytes }),
  response: { 200: ImportReport },
  example: {
    request: [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Example//EN',
      'BEGIN:VTODO',
      'UID:rent-2027@example.com',
      'SUMMARY:Pay rent',
      'DUE;VALUE=DATE:20270201',
      'END:VTODO',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
    response: {
      imported: 1,
      skipped: [{ uid: 'taxes-2026@example.com', summary: 'File taxes', reason: 'it already exists' }],
      notes: [],
    },
  },
  problems: ['conflict', 'quota-exceeded'] satisfies ErrorCode[],
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
  app.post(path, { bodyLimit: maxBytes, schema, config: { rows: entriesOf } }, ({ identity, trace, body }) =>
    importCalendarFile(ctx, { identity, trace }, { text: body, timeZone: identity.timeZone }),
  );
}

/** How many entries a file has, without parsing it. */
function entriesOf(body: unknown): number {
  return typeof body === 'string' ? body.split(/^BEGIN:V(?:TODO|EVENT)/im).length - 1 : 0;
}
