import type { Readable } from 'node:stream';
import Negotiator from 'negotiator';
import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { createReaderSlots, inChunks, streamInSlot } from '@rondo/shared/http/reader-slots';
import type { TodoContext } from '../context.ts';
import { exportCsv, exportJson } from '../queries/export-workspace.ts';

const csv = 'text/csv';

const schema = {
  tags: ['tasks'],
  summary: 'Export tasks, history and filters',
  description:
    'Streams one JSON document with all tasks, the trash, the history that is kept and the saved filters. Schedules, notifications, settings and the audit are not in it; they are at `/api/v1/schedules`, `/api/v1/notification-settings`, `/api/v1/channels`, `/api/v1/notifications`, `/api/v1/deliveries` and `/api/v1/audit/export`. With `Accept: text/csv` it is a table of the tasks (RFC 4180, UTF-8); cells that a spreadsheet would run as a formula begin with an apostrophe. `POST /api/v1/imports` reads both. One export of a person at a time.',
  operationId: 'exportWorkspace',
  querystring: Type.Object({}, { additionalProperties: false }),
  headers: Type.Object({
    accept: Type.Optional(
      Type.String({ description: '`text/csv` for a table, else JSON', examples: ['application/json'] }),
    ),
  }),
  produces: ['application/json', csv],
  response: { 200: Type.Unsafe<Readable>({}) },
  example: {
    response: {
      format: 'rondo-export',
      version: 1,
      workspace_id: exampleIds.workspace,
      exported_at: '2027-01-20T18:02:11.000Z',
      tasks: [exampleTask],
      trash: [],
      history: [],
      filters: [],
    },
  },
  problems: ['busy'] satisfies ErrorCode[],
};

/** Adds the export of a workspace. */
export function addExportRoutes(app: HttpServer, ctx: TodoContext): void {
  const slots = createReaderSlots('export');
  const reading = { database: ctx.reads, clock: ctx.clock };
  app.get('/api/v1/export', { schema }, ({ identity, headers }, reply) => {
    const { personId, workspaceId } = identity;
    const isTable = wantsTable(headers.accept);
    const text = isTable ? exportCsv(reading, workspaceId) : exportJson(reading, workspaceId);
    reply
      .type(isTable ? `${csv}; charset=utf-8; header=present` : 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="rondo-export.${isTable ? 'csv' : 'json'}"`)
      .header('vary', 'accept');
    return streamInSlot(inChunks(text), slots.take(personId), reply.raw);
  });
}

/** Whether `Accept` (RFC 9110 section 12.5.1) prefers CSV to JSON. */
function wantsTable(accept: string | undefined): boolean {
  return new Negotiator({ headers: { accept } }).mediaType(['application/json', csv]) === csv;
}
