import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import { genesis, walkChain, type BrokenRecord } from '../domain/chain.ts';
import { createSeqCoverage } from '../domain/seq-coverage.ts';
import type { AuditContext } from '../context.ts';
import { readChain, readHead } from './read-chain.ts';

const gapsShown = 100;
const noRecord = '00000000-0000-0000-0000-000000000000';

/** Verifies a workspace's chain from its first record to its head, and reports up to which seq nothing is missing. */
export async function verifyChain(ctx: AuditContext, workspaceId: string): Promise<AuditVerification> {
  // Read before the records: those that are added meanwhile come after it, and are verified too.
  const head = (await readHead(ctx, workspaceId)) ?? { position: 0, hash: genesis };
  const walk = walkChain();
  const coverage = createSeqCoverage();
  let records = 0;
  let broken: BrokenRecord | undefined;
  let isHeadReached = head.position === 0;
  for await (const page of readChain(ctx, workspaceId)) {
    for (const record of page) {
      records += 1;
      coverage.add(record.seq);
      broken ??= walk.step(record);
      if (record.position === head.position) isHeadReached = record.hash.equals(head.hash);
    }
  }
  if (!isHeadReached)
    broken ??= { position: head.position, id: noRecord, reason: 'the chain does not end as its head says' };
  ctx.verifications.inc({ result: broken === undefined ? 'intact' : 'broken' });
  return {
    intact: broken === undefined,
    records,
    head_hash: walk.hash.toString('hex'),
    complete_to: coverage.completeTo(),
    missing: coverage.missing(gapsShown),
    first_broken: broken ?? null,
  };
}
