import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import type { AuditCheckpoint, AuditCheckpointPage } from '@rondo/shared/contracts/audit-checkpoint';
import { Count, PageLimit } from '@rondo/shared/contracts/scalars';
import type { AuditContext } from '../context.ts';
import type { CheckpointRow } from '../store/tables.ts';

export const CheckpointFilter = Type.Object(
  {
    limit: PageLimit,
    cursor: Type.Optional(Count),
  },
  { additionalProperties: false },
);

/** A page of a workspace's checkpoints, the newest first. The next page begins below the cursor's position. */
export async function listCheckpoints(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  { limit, cursor = Number.MAX_SAFE_INTEGER }: Static<typeof CheckpointFilter>,
): Promise<AuditCheckpointPage> {
  const { rows } = await sql<CheckpointRow>`
    SELECT * FROM audit_service.checkpoints
    WHERE workspace_id = ${workspaceId} AND position < ${cursor}
    ORDER BY position DESC LIMIT ${limit}`.execute(database);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    checkpoints: rows.map((row) => toCheckpoint(row)),
    next_cursor: last ? String(last.position) : null,
  };
}

/** The checkpoints of a part of a workspace's chain, by position. */
export async function readCheckpoints(
  { database }: Pick<AuditContext, 'database'>,
  workspaceId: string,
  { from, to }: { from: number; to: number },
): Promise<Map<number, AuditCheckpoint>> {
  const { rows } = await sql<CheckpointRow>`
    SELECT * FROM audit_service.checkpoints
    WHERE workspace_id = ${workspaceId} AND position BETWEEN ${from} AND ${to}`.execute(database);
  return new Map(rows.map((row) => [row.position, toCheckpoint(row)]));
}

function toCheckpoint({ hash, signature, ...same }: CheckpointRow): AuditCheckpoint {
  return { ...same, hash: hash.toString('hex'), signature: signature.toString('base64url') };
}
