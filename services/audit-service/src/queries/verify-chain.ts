import type { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import type { AuditVerification } from '@rondo/shared/contracts/audit-record';
import type { AuditContext } from '../context.ts';
import { chainStart, walkChain, type BrokenRecord, type ChainPlace } from '../domain/chain.ts';
import type { SignatureCheck } from '../domain/checkpoint-keys.ts';
import { createSeqCoverage, type SeqCoverage } from '../domain/seq-coverage.ts';
import type { RecordRow } from '../store/tables.ts';
import { readChain, readSeqs } from './read-chain.ts';
import { readChainEnd, type ChainEnd } from './read-chain-end.ts';
import { readCheckpoints } from './read-checkpoints.ts';

const gapsShown = 100;
const noRecord = '00000000-0000-0000-0000-000000000000';

type Verifying = {
  /** Where the walk begins: at `known`, or at the start of the chain. */
  start: ChainPlace;
  /** The last checkpoint that an earlier verification proved, or the start of the chain. */
  known: ChainPlace;
  coverage: SeqCoverage;
  isSigned: SignatureCheck;
  signal: AbortSignal;
};

type Findings = {
  place: ChainPlace;
  /** The last checkpoint that was proven. */
  proven: ChainPlace;
  records: number;
  broken: BrokenRecord | undefined;
  isKnownReached: boolean;
  isHeadReached: boolean;
};

/**
 * Verifies a workspace's chain up to its end: each hash, each column, each checkpoint on the way. It begins at the last checkpoint
 * that an earlier verification of this process proved, unless all of the chain is wanted. The chain must still contain that
 * checkpoint.
 * @throws the reason of `signal`, between two pages
 */
export async function verifyChain(
  ctx: AuditContext,
  workspaceId: string,
  { isFromStart, signal }: { isFromStart: boolean; signal: AbortSignal },
): Promise<AuditVerification> {
  const { places, total } = ctx.verified;
  // Read before the records: those that are added meanwhile come after it, and are verified too.
  const end = await readChainEnd(ctx, workspaceId);
  const known = places.find(workspaceId) ?? chainStart;
  const start = isFromStart ? chainStart : known;
  const coverage = await coverageUpTo(ctx, workspaceId, start);
  const { isSigned } = ctx.checkpoints.keys;
  const found = await walk(ctx, workspaceId, end, { start, known, coverage, isSigned, signal });
  const broken = found.broken ?? faultOfEnd(found, end, known);
  if (broken === undefined && found.proven.position > known.position)
    places.remember(workspaceId, found.proven);
  total.inc({ result: broken === undefined ? 'intact' : 'broken' });
  return {
    intact: broken === undefined,
    records: start.position + found.records,
    verified_from: start.position,
    head_hash: found.place.hash.toString('hex'),
    complete_to: coverage.completeTo(),
    published_to: end.publishedSeq,
    missing: coverage.missing(gapsShown),
    first_broken: broken ?? null,
  };
}

/** The seqs of the records up to a place. They are read again only if some are missing among them. */
async function coverageUpTo(
  ctx: AuditContext,
  workspaceId: string,
  { position, seq }: ChainPlace,
): Promise<SeqCoverage> {
  if (seq === position) return createSeqCoverage(seq);
  const coverage = createSeqCoverage();
  for await (const seqs of readSeqs(ctx, workspaceId, position)) for (const one of seqs) coverage.add(one);
  return coverage;
}

async function walk(
  ctx: AuditContext,
  workspaceId: string,
  end: ChainEnd,
  { start, known, coverage, isSigned, signal }: Verifying,
): Promise<Findings> {
  const chain = walkChain(start);
  let [records, proven] = [0, start];
  let [isKnownReached, isHeadReached] = [known.position === 0, end.position === 0];
  let broken: BrokenRecord | undefined;
  // Begins with the last proven record itself, which must still be there.
  for await (const page of readChain(ctx, workspaceId, { after: Math.max(start.position - 1, 0) })) {
    signal.throwIfAborted();
    const checkpoints = await readCheckpoints(ctx, workspaceId, {
      from: page[0]?.position ?? 0,
      to: page.at(-1)?.position ?? 0,
    });
    for (const record of page) {
      if (record.position === end.position) isHeadReached = record.hash.equals(end.hash);
      if (record.position === known.position) {
        isKnownReached = true;
        broken ??= faultOfKnown(record, known);
      }
      if (record.position <= start.position) continue;
      records += 1;
      coverage.add(record.seq);
      broken ??= chain.step(record);
      const checkpoint = checkpoints.get(record.position);
      if (broken || !checkpoint) continue;
      broken = faultOfCheckpoint(checkpoint, record.id, chain.place, isSigned);
      if (!broken) proven = chain.place;
    }
  }
  return { place: chain.place, proven, records, broken, isKnownReached, isHeadReached };
}

function faultOfKnown({ position, id, hash }: RecordRow, known: ChainPlace): BrokenRecord | undefined {
  if (hash.equals(known.hash)) return undefined;
  return { position, id, reason: 'its hash is not the one that was verified before' };
}

function faultOfCheckpoint(
  checkpoint: AuditCheckpoint,
  id: string,
  { position, hash, seq }: ChainPlace,
  isSigned: SignatureCheck,
): BrokenRecord | undefined {
  const broken = (reason: string): BrokenRecord => ({ position, id, reason });
  if (!isSigned(checkpoint)) return broken('its checkpoint has no valid signature');
  if (checkpoint.hash !== hash.toString('hex')) return broken('its hash is not the one that was signed');
  return checkpoint.seq === seq ? undefined : broken('its checkpoint has another seq');
}

/** What is wrong with the end of the chain, by what is kept beside the records. */
function faultOfEnd(
  { place, isKnownReached, isHeadReached }: Findings,
  end: ChainEnd,
  known: ChainPlace,
): BrokenRecord | undefined {
  const broken = (position: number, reason: string): BrokenRecord => ({ position, id: noRecord, reason });
  const { newestCheckpoint: newest } = end;
  if (!isKnownReached) return broken(known.position, 'it is missing, and was verified before');
  if (!isHeadReached) return broken(end.position, 'the chain does not end as its head says');
  if (newest && newest.position > place.position)
    return broken(newest.position, 'the chain ends before its newest checkpoint');
  if (end.publishedSeq > place.seq)
    return broken(
      place.position + 1,
      `the chain ends at seq ${place.seq}, and Todo published up to seq ${end.publishedSeq}`,
    );
  return undefined;
}
