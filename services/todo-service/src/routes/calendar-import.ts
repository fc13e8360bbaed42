import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { MoreRemarks, remarks } from '@rondo/shared/contracts/import-report';
import { Count, nullable, Uuid } from '@rondo/shared/contracts/scalars';
import { signalOfClient } from '@rondo/shared/http/closed-clients';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { zoneOf } from '@rondo/shared/zone-of-person';
import { bodyLimitAt } from '@rondo/shared/service-registry';
import { importEntries, startTimer, type ImportResult } from '../commands/import-entries.ts';
import type { CommandContext, TodoContext } from '../context.ts';
import { readCalendar } from '../domain/imports/apps/calendar.ts';
import type { CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { keyedContext } from './command-context.ts';
import { fileOf, importConfigAt, validatorExceptBody, type ImportTurns } from './import-turns.ts';
import { workspaceCommand } from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const mediaType = 'text/calendar';
const path = '/api/v1/calendar-import';
const maxBytes = bodyLimitAt('todo-service', path);

const CalendarImportReport = Type.Object(
  {
    import_id: nullable(Uuid),
    imported: Count,
    skipped: remarks('entries that were not imported'),
    notes: remarks('tasks that lack something of their entry'),
    more: MoreRemarks,
  },
  { $id: 'CalendarImportReport' },
);

const schema = {
  tags: ['calendar'],
  summary: 'Import an iCalendar file',
  description:
    'Creates tasks from the to-dos and events of an iCalendar file (RFC 5545) of at most 20 MiB. Entries whose task exists are skipped; a task in the trash is restored. `POST /api/v1/imports/{id}/undo` takes the import back.',
  operationId: 'importCalendar',
  consumes: [mediaType],
  ...workspaceCommand,
  body: Type.String({ maxLength: maxBytes }),
  response: { 200: CalendarImportReport },
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
      import_id: exampleIds.event,
      imported: 1,
      skipped: [{ uid: 'taxes-2026@example.com', summary: 'File taxes', reason: 'it already exists' }],
      notes: [],
      more: { skipped: 0, notes: 0 },
    },
  },
  problems: ['conflict', 'quota-exceeded', 'busy'] satisfies ErrorCode[],
};

/**
 * Adds the import of iCalendar files. A file is read in pieces, so that memory holds its tasks and not its text.
 */
export function addCalendarImportRoutes(app: HttpServer, ctx: TodoContext, takeTurn: ImportTurns): void {
  void app.register(async (calendarsOnly: HttpServer) => {
    calendarsOnly.removeAllContentTypeParsers();
    calendarsOnly.addContentTypeParser(mediaType, (_request, payload, done) => done(null, payload));
    calendarsOnly.post(
      path,
      {
        bodyLimit: maxBytes,
        config: importConfigAt(path),
        schema,
        validatorCompiler: validatorExceptBody(calendarsOnly),
      },
      async (request, reply) => {
        const file = fileOf(request.body);
        const command = keyedContext(request, request.bodySha256);
        const answer = await takeTurn(
          request.identity.personId,
          () => importCalendarOf(ctx, command, file, zoneOf(request.identity)),
          signalOfClient(reply.raw),
        );
        return sendAnswer(reply, answer);
      },
    );
  });
}

function importCalendarOf(
  ctx: TodoContext,
  command: CommandContext,
  file: Readable,
  zone: string,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    const timer = startTimer(ctx);
    const calendar = await readCalendar(file, { zone, now: ctx.clock.now() });
    const reportOf = ({ importId: import_id, ...report }: ImportResult) => ({ import_id, ...report });
    return importEntries(ctx, command, calendar, { format: 'calendar', fileName: null, reportOf }, timer);
  });
}
