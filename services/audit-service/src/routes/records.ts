import { Type } from 'typebox';
import { AuditPage, AuditRecord } from '@rondo/shared/contracts/audit-record';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { AuditContext } from '../context.ts';
import { findRecord, listRecords, RecordFilter } from '../queries/list-records.ts';

const tags = ['audit'];

/** Adds the queries of records. The API can't write to the audit. */
export function addRecordRoutes(app: HttpServer, ctx: AuditContext): void {
  app.get(
    '/api/v1/audit',
    {
      schema: {
        tags,
        summary: 'List audit records',
        description:
          'Lists the records that match all given filters, the last recorded first. There is one for each change of a task. A page with a filter reads at most 5,000 records, so it may have fewer than `limit`, or none, and still a `next_cursor`. Follow it to read all pages. With a filter, `offset` skips only matches among the records that the page reads.',
        operationId: 'listAuditRecords',
        querystring: RecordFilter,
        response: { 200: AuditPage },
      },
    },
    ({ identity, query }) => listRecords(ctx, identity.workspaceId, query),
  );
  app.get(
    '/api/v1/audit/:id',
    {
      schema: {
        tags,
        summary: 'Get an audit record',
        description: 'Returns a record by the id of its event.',
        operationId: 'getAuditRecord',
        params: Type.Object({ id: Uuid }),
        response: { 200: AuditRecord },
        problems: ['not-found'],
      },
    },
    async ({ identity, params }) => {
      const record = await findRecord(ctx, identity.workspaceId, params.id);
      if (!record) throw notFound('audit record');
      return record;
    },
  );
}
