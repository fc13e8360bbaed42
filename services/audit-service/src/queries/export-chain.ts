import type { AuditContext } from '../tables.ts';
import { genesis } from '../chain.ts';
import { readChain, readHead } from './read-chain.ts';

/**
 * A workspace's chain as NDJSON: a line a record with the event's text as it is stored, and a last line with the head.
 * `npm run audit:verify FILE` proves it without any server.
 */
export async function* exportChain(ctx: AuditContext, workspaceId: string): AsyncGenerator<string> {
  let last = { position: 0, hash: genesis };
  for await (const page of readChain(ctx, workspaceId)) {
    const lines = page.map(({ position, seq, id, event, previous_hash, hash }) =>
      JSON.stringify({
        position,
        seq,
        id,
        event,
        previous_hash: previous_hash.toString('hex'),
        hash: hash.toString('hex'),
      }),
    );
    last = page.at(-1) ?? last;
    yield `${lines.join('\n')}\n`;
  }
  const head = (await readHead(ctx, workspaceId)) ?? last;
  // The head may have moved on since the last page: what is told is where this export ends, unless records were lost.
  const end = head.position > last.position ? last : head;
  yield `${JSON.stringify({ head: { workspace_id: workspaceId, position: end.position, hash: end.hash.toString('hex') } })}\n`;
}
