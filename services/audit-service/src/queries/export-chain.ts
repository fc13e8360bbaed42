import { inChunks } from '@rondo/shared/http/reader-slots';
import type { AuditContext } from '../context.ts';
import type { RecordRow } from '../store/tables.ts';
import { readChain } from './read-chain.ts';
import { readChainEnd } from './read-chain-end.ts';

/**
 * A workspace's chain after a position as NDJSON: one line for each record, with the event's text as stored, a line with the head,
 * and a last line with the newest checkpoint. It ends at the checkpoint, so that the signature covers all of it.
 * `npm run audit:verify -- FILE` verifies it offline.
 */
export async function* exportChain(
  ctx: Pick<AuditContext, 'database'>,
  workspaceId: string,
  { after }: { after: number },
): AsyncGenerator<string> {
  const { position, hash, newestCheckpoint } = await readChainEnd(ctx, workspaceId);
  const isSigned = newestCheckpoint !== undefined && newestCheckpoint.position <= position;
  const head = isSigned
    ? { position: newestCheckpoint.position, hash: newestCheckpoint.hash }
    : { position, hash: hash.toString('hex') };
  yield* inChunks(linesOf(ctx, workspaceId, { after, upTo: head.position }));
  yield `${JSON.stringify({ head: { workspace_id: workspaceId, ...head } })}\n`;
  if (newestCheckpoint) yield `${JSON.stringify({ checkpoint: newestCheckpoint })}\n`;
}

async function* linesOf(
  ctx: Pick<AuditContext, 'database'>,
  workspaceId: string,
  range: { after: number; upTo: number },
): AsyncGenerator<string> {
  for await (const page of readChain(ctx, workspaceId, range))
    for (const record of page) yield lineOf(record);
}

function lineOf({
  position,
  seq,
  id,
  hash_version,
  recorded_at,
  event,
  previous_hash,
  hash,
}: RecordRow): string {
  const line = {
    position,
    seq,
    id,
    hash_version,
    recorded_at,
    event,
    previous_hash: previous_hash.toString('hex'),
    hash: hash.toString('hex'),
  };
  return `${JSON.stringify(line)}\n`;
}
