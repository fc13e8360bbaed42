import type { AuditContext } from '../context.ts';
import { genesis } from '../domain/chain.ts';
import { readChain, readHead } from './read-chain.ts';

/**
 * A workspace's chain as NDJSON: one line for each record, with the event's text as stored, and a last line with the head.
 * `npm run audit:verify FILE` verifies it offline.
 */
export async function* exportChain(ctx: AuditContext, workspaceId: string): AsyncGenerator<string> {
  // Read before the records: the export ends at this head, so that lost records at the end are noticed.
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
