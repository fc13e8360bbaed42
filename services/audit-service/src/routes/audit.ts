import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { AuditPage, AuditRecord, AuditVerification } from '@rondo/shared/contracts/audit-record';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { AuditContext } from '../context.ts';
import { exportChain } from '../queries/export-chain.ts';
import { findRecord, listRecords, RecordFilter } from '../queries/list-records.ts';
import { verifyChain } from '../queries/verify-chain.ts';

const failures = { 401: Problem, 404: Problem, 422: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['audit'], summary });

/** Adds the queries. Nobody can write to the audit through the API. */
export function addAuditRoutes(app: HttpServer, ctx: AuditContext): void {
  app.get(
    '/api/v1/audit',
    {
      schema: {
        ...described('Records, the latest first'),
        querystring: RecordFilter,
        response: { 200: AuditPage, ...failures },
      },
    },
    ({ identity, query }) => listRecords(ctx, identity.workspace_id, query),
  );
  app.get(
    '/api/v1/audit/verify',
    {
      schema: {
        ...described('Verify that no record was changed and none is missing'),
        response: { 200: AuditVerification, ...failures },
      },
    },
    ({ identity }) => verifyChain(ctx, identity.workspace_id),
  );
  app.get(
    '/api/v1/audit/export',
    {
      schema: {
        ...described('The whole chain as NDJSON, for offline verification'),
        produces: ['application/x-ndjson'],
        response: { 200: Type.Unsafe<Readable>(Type.String()), ...failures },
      },
    },
    async ({ identity }, reply) =>
      reply
        .code(200)
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="rondo-audit.ndjson"')
        .send(Readable.from(exportChain(ctx, identity.workspace_id), { objectMode: false })),
  );
  app.get(
    '/api/v1/audit/:id',
    {
      schema: {
        ...described('One record'),
        params: Type.Object({ id: Uuid }),
        response: { 200: AuditRecord, ...failures },
      },
    },
    async ({ identity, params }) => {
      const record = await findRecord(ctx, identity.workspace_id, params.id);
      if (!record) throw notFound('audit record');
      return record;
    },
  );
}
