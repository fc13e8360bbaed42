import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Count, Cursor, Uuid } from '@rondo/shared/contracts/scalars';
import { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { readChanges } from '../queries/read-changes.ts';
import { readSnapshot, SnapshotPart } from '../queries/read-snapshot.ts';
import { sendJson } from './send.ts';

const tags = ['sync'];

const schemas = {
  changes: {
    tags,
    summary: 'List the changes since a seq',
    description:
      'Lists the events after `since`, in order, at most 1 MiB of them. Repeat with the last `seq` while `has_more` is true. Send the `history_id` that you know: after a restore from a backup, the same `seq` is another event. On 409 and 410, read a snapshot.',
    querystring: Type.Object(
      {
        since: Count,
        history_id: Type.Optional(Uuid),
        limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 500 }),
      },
      { additionalProperties: false },
    ),
    response: { 200: ChangePage },
    problems: ['ahead-of-head', 'changes-expired', 'history-changed'] satisfies ErrorCode[],
  },
  snapshot: {
    tags,
    summary: 'Read all tasks',
    description:
      'Returns all tasks that are not in the trash, in pages of at most 1 MiB, to initialise a client: first the open ones by due date, then the complete ones, beginning with the last. Then read the changes since the `seq` of the first page. With `status`, a client reads one part, and the other one when it needs it: each has a `seq` of its own, whose later changes the client applies. Where it has a task already, the higher `version` holds. On 409, the server was restored from a backup between two pages: begin again.',
    querystring: Type.Object(
      {
        status: Type.Optional(SnapshotPart),
        cursor: Type.Optional(Cursor),
        limit: Type.Integer({ minimum: 1, maximum: 5_000, default: 1_000 }),
      },
      { additionalProperties: false },
    ),
    response: { 200: SnapshotPage },
    problems: ['history-changed'] satisfies ErrorCode[],
  },
};

/** Adds the change feed and the snapshot, from which clients synchronise. */
export function addSyncRoutes(app: HttpServer, { reads: database }: TodoContext): void {
  app.get('/api/v1/changes', { schema: schemas.changes }, async ({ identity, query }, reply) => {
    const { since, limit, history_id: historyId } = query;
    return sendJson(
      reply,
      await readChanges({ database }, identity.workspaceId, { since, limit, historyId }),
    );
  });
  app.get('/api/v1/snapshot', { schema: schemas.snapshot }, async ({ identity, query }, reply) =>
    sendJson(reply, await readSnapshot({ database }, identity.workspaceId, query)),
  );
}
