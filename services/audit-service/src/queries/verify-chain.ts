import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import { genesis, walkChain, type BrokenRecord } from '../domain/chain.ts';
import { createSeqCoverage } from '../domain/seq-coverage.ts';
import type { AuditContext } from '../store/tables.ts';
import { readChain, readHead } from './read-chain.ts';

const gapsShown = 100;
const nobody = '00000000-0000-0000-0000-000000000000';

/** Proves a workspace's chain from its first record to its head, and says up to which seq nothing is missing. */
export async function verifyChain(ctx: AuditContext, workspaceId: string): Promise<AuditVerification> {
  // Read first: records that are added meanwhile come after it, and are verified as well.
  const head = (await readHead(ctx, workspaceId)) ?? { position: 0, hash: genesis };
  const walk = walkChain();
  const coverage = createSeqCoverage();
  let records = 0;
  let broken: BrokenRecord | undefined;
  let isHeadMet = head.position === 0;
  for await (const page of readChain(ctx, workspaceId)) {
    for (const record of page) {
      records += 1;
      coverage.add(record.seq);
      broken ??= walk.step(record);
      if (record.position === head.position) isHeadMet = record.hash.equals(head.hash);
    }
  }
  if (!isHeadMet)
    broken ??= { position: head.position, id: nobody, reason: 'the chain does not end as its head says' };
  ctx.onVerified(broken === undefined);
  return {
    intact: broken === undefined,
    records,
    head_hash: walk.hash.toString('hex'),
    complete_to: coverage.completeTo(),
    missing: coverage.missing(gapsShown),
    first_broken: broken ?? null,
  };
}
