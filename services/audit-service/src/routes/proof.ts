import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { AuditCheckpointPage, AuditKeys, exampleCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { AuditVerification } from '@rondo/shared/contracts/audit-record';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { signalOfClient } from '@rondo/shared/http/closed-clients';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { streamInSlot } from '@rondo/shared/http/reader-slots';
import type { Identity } from '@rondo/shared/http/token-verifier';
import { makeCheckpoints } from '../commands/make-checkpoints.ts';
import type { AuditContext } from '../context.ts';
import { exportChain } from '../queries/export-chain.ts';
import { CheckpointFilter, listCheckpoints } from '../queries/read-checkpoints.ts';
import { verifyChain } from '../queries/verify-chain.ts';

const tags = ['audit'];
const exampleHash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
/** The text of the event is shortened. */
const exampleExport = [
  {
    position: 1,
    seq: 1,
    id: exampleIds.event,
    hash_version: 2,
    recorded_at: '2027-01-04T09:15:00.180Z',
    event: `{"event_id":"${exampleIds.event}","event_type":"task-created", …}`,
    previous_hash: '0'.repeat(64),
    hash: exampleHash,
  },
  { head: { workspace_id: exampleIds.workspace, position: 1, hash: exampleHash } },
  { checkpoint: { ...exampleCheckpoint, position: 1, seq: 1 } },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

/** Adds what proves that the audit is intact: verification, export, checkpoints and their public keys. */
export function addProofRoutes(app: HttpServer, ctx: AuditContext): void {
  app.get(
    '/api/v1/audit/verify',
    {
      schema: {
        tags,
        summary: 'Verify the audit',
        description:
          'Checks each hash, column and checkpoint, and that nothing is missing at the end. It goes on from the last checkpoint that an earlier verification proved. `from=start` reads the whole chain, which takes longer as the chain grows.',
        operationId: 'verifyAudit',
        querystring: Type.Object(
          { from: Type.Optional(Type.Literal('start', { description: 'verify the whole chain' })) },
          { additionalProperties: false },
        ),
        response: { 200: AuditVerification },
        problems: ['busy'],
      },
    },
    ({ identity, query }, reply) => verify(ctx, identity, reply.raw, query.from === 'start'),
  );
  app.get(
    '/api/v1/audit/export',
    {
      schema: {
        tags,
        summary: 'Export the audit',
        description:
          'Returns the whole chain as NDJSON: one record a line, then a line with the head, and a last line with a signed checkpoint of it. `after` resumes an export that was cut off: append the answer to the complete lines that arrived. `npm run audit:verify` checks it offline.',
        operationId: 'exportAudit',
        querystring: Type.Object(
          {
            after: Type.Integer({
              minimum: 0,
              maximum: Number.MAX_SAFE_INTEGER,
              default: 0,
              description: 'the position of the last record that arrived',
            }),
          },
          { additionalProperties: false },
        ),
        produces: ['application/x-ndjson'],
        response: { 200: Type.Unsafe<Readable>(Type.String()) },
        problems: ['busy'],
        example: { response: exampleExport },
      },
    },
    async ({ identity, query }, reply) => {
      const chain = await openExport(ctx, identity, reply.raw, query);
      reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="rondo-audit.ndjson"');
      return chain;
    },
  );
  app.get(
    '/api/v1/audit/checkpoints',
    {
      schema: {
        tags,
        summary: 'List the checkpoints of the audit',
        description:
          'Lists the signed ends of the chain, the newest first. Keep one outside Rondo: `npm run audit:verify` finds with it whether the chain was rewritten later.',
        operationId: 'listAuditCheckpoints',
        querystring: CheckpointFilter,
        response: { 200: AuditCheckpointPage },
      },
    },
    ({ identity, query }) => listCheckpoints(ctx, identity.workspaceId, query),
  );
  app.get(
    '/api/v1/audit/keys',
    {
      config: { public: true },
      schema: {
        tags,
        summary: 'Get the public keys of checkpoints',
        description: 'Returns the keys that checkpoints are signed with, as a JWK set. The first one signs.',
        operationId: 'getAuditKeys',
        response: { 200: AuditKeys },
      },
    },
    (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return ctx.checkpoints.keys.published;
    },
  );
}

async function verify(
  ctx: AuditContext,
  { personId, workspaceId }: Identity,
  response: ServerResponse,
  isFromStart: boolean,
): Promise<AuditVerification> {
  const free = ctx.readers.take(personId);
  try {
    return await verifyChain(ctx, workspaceId, { isFromStart, signal: signalOfClient(response) });
  } finally {
    free();
  }
}

/** The chain as text, which is read only as fast as the client takes it. A reader that was cut off can resume with `after`. */
async function openExport(
  ctx: AuditContext,
  { personId, workspaceId }: Identity,
  response: ServerResponse,
  query: { after: number },
): Promise<Readable> {
  const free = ctx.readers.take(personId);
  // A full disk must not keep a person from their data: then the export ends at the checkpoint before.
  await makeCheckpoints(ctx, [workspaceId]).catch((error: unknown) =>
    ctx.log.warn({ err: error, workspace_id: workspaceId }, 'an export got no new checkpoint'),
  );
  return streamInSlot(exportChain(ctx, workspaceId, query), free, response);
}
