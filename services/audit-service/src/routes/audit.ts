import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { AuditPage, AuditRecord, AuditVerification } from '@rondo/shared/contracts/audit-record';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { AuditContext } from '../context.ts';
import { exportChain } from '../queries/export-chain.ts';
import { findRecord, listRecords, RecordFilter } from '../queries/list-records.ts';
import { verifyChain } from '../queries/verify-chain.ts';

const tags = ['audit'];
const exampleHash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
/** The text of the event is shortened. */
const exampleExport = [
  {
    position: 1,
    seq: 1,
    id: exampleIds.event,
    event: `{"event_id":"${exampleIds.event}","event_type":"task-created", …}`,
    previous_hash: '0'.repeat(64),
    hash: exampleHash,
  },
  { head: { workspace_id: exampleIds.workspace, position: 1, hash: exampleHash } },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

/** Adds the queries. The API can't write to the audit. */
export function addAuditRoutes(app: HttpServer, ctx: AuditContext): void {
  app.get(
    '/api/v1/audit',
    {
      schema: {
        tags,
        summary: 'List audit records',
        description:
          'Lists the records that match all given filters, the last recorded first. There is one for each change of a task.',
        operationId: 'listAuditRecords',
        querystring: RecordFilter,
        response: { 200: AuditPage },
      },
    },
    ({ identity, query }) => listRecords(ctx, identity.workspaceId, query),
  );
  app.get(
    '/api/v1/audit/verify',
    {
      schema: {
        tags,
        summary: 'Verify the audit',
        description:
          'Checks the hash of every record, and that none is missing. It reads the whole chain, so it takes longer as the chain grows.',
        operationId: 'verifyAudit',
        response: { 200: AuditVerification },
      },
    },
    ({ identity }) => verifyChain(ctx, identity.workspaceId),
  );
  app.get(
    '/api/v1/audit/export',
    {
      schema: {
        tags,
        summary: 'Export the audit',
        description:
          'Returns the whole chain as NDJSON: one record a line, and the head in the last line. `npm run audit:verify` checks it offline.',
        operationId: 'exportAudit',
        produces: ['application/x-ndjson'],
        response: { 200: Type.Unsafe<Readable>(Type.String()) },
        example: { response: exampleExport },
      },
    },
    async ({ identity }, reply) =>
      reply
        .code(200)
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="rondo-audit.ndjson"')
        .send(Readable.from(exportChain(ctx, identity.workspaceId), { objectMode: false })),
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
