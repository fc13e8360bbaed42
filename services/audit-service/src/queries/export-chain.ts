import type { AuditContext } from '../store/tables.ts';
import { genesis } from '../domain/chain.ts';
import { readChain, readHead } from './read-chain.ts';

/**
 * A workspace's chain as NDJSON: a line a record with the event's text as it is stored, and a last line with the head.
 * `npm run audit:verify FILE` proves it without any server.
 */
export async function* exportChain(ctx: AuditContext, workspaceId: string): AsyncGenerator<string> {
  // Read first: the export ends there, whatever is recorded meanwhile, so that records lost at the end show.
  const head = (await readHead(ctx, workspaceId)) ?? { position: 0, hash: genesis };
  for await (const page of readChain(ctx, workspaceId)) {
    const lines = page
      .filter(({ position }) => position <= head.position)
      .map(({ position, seq, id, event, previous_hash, hash }) =>
        JSON.stringify({
          position,
          seq,
          id,
          event,
          previous_hash: previous_hash.toString('hex'),
          hash: hash.toString('hex'),
        }),
      );
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
  yield `${JSON.stringify({ head: { workspace_id: workspaceId, position: head.position, hash: head.hash.toString('hex') } })}\n`;
}
