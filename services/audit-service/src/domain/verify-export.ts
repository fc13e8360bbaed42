import { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { chainStart, walkChain, type ChainPlace, type ChainWalk } from './chain.ts';
import type { SignatureCheck } from './checkpoint-keys.ts';
import { createSeqCoverage, type SeqCoverage } from './seq-coverage.ts';

type ExportedRecord = {
  position: number;
  seq: number;
  id: string;
  /** Absent in exports that were made before version 2. */
  hash_version?: number;
  recorded_at?: string;
  event: string;
  previous_hash: string;
  hash: string;
};
type ExportLine =
  | ExportedRecord
  | { head: { workspace_id: string; position: number; hash: string } }
  | { checkpoint: AuditCheckpoint };

export type ExportVerification = { isIntact: boolean; message: string };

export type ExportEvidence = {
  /** Checks signatures with the installation's public keys. Without it they are not checked. */
  isSigned?: SignatureCheck | undefined;
  /** Checkpoints of this workspace that were kept outside, such as those of earlier exports. */
  kept?: AuditCheckpoint[];
};

/**
 * Verifies the lines of an export: each record follows the one before, the chain ends at the head and the checkpoint of the last
 * lines, and it contains each kept checkpoint of its positions. An export that begins after a kept checkpoint is verified from there;
 * earlier ones can't be compared with it, and the message names them. Two kept checkpoints of one position that differ prove that the
 * chain was rewritten.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  evidence: ExportEvidence = {},
): Promise<ExportVerification> {
  const { isSigned, kept = [] } = evidence;
  const forged = isSigned && kept.find((checkpoint) => !isSigned(checkpoint));
  if (forged) return broken(`the kept checkpoint of position ${forged.position} has no valid signature`);
  const fork = findFork(kept);
  if (fork) return broken(fork);
  const reader = createExportReader(evidence);
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const read = JSON.parse(line) as ExportLine;
    const fault = unprovenFieldOf(read) ?? reader.take(read);
    if (fault !== undefined) return broken(fault);
  }
  return reader.end();
}

const hashedFields = [
  'position',
  'seq',
  'id',
  'hash_version',
  'recorded_at',
  'event',
  'previous_hash',
  'hash',
];
/** The chain compares these with the event. */
const comparedFields = [
  'workspace_id',
  'event_type',
  'task_id',
  'version',
  'actor_id',
  'actor_source',
  'occurred_at',
];
/** What the chain or a signature covers. Nothing proves what else a line says. */
const provenFields = {
  record: [...hashedFields, ...comparedFields],
  head: ['workspace_id', 'position', 'hash'],
  checkpoint: Object.keys(AuditCheckpoint.properties),
};

function unprovenFieldOf(line: ExportLine): string | undefined {
  const kind = 'head' in line ? 'head' : 'checkpoint' in line ? 'checkpoint' : 'record';
  const content = kind === 'record' ? line : (line as Record<string, object>)[kind];
  const fields = [
    ...Object.keys(content ?? {}).filter((field) => !provenFields[kind].includes(field)),
    ...(kind === 'record' ? [] : Object.keys(line).filter((field) => field !== kind)),
  ];
  const place = 'position' in line ? ` ${line.position}` : '';
  return fields[0] === undefined
    ? undefined
    : `${kind}${place} has the field ${JSON.stringify(fields[0])}, which nothing proves`;
}

type ExportReader = {
  /** @returns what is wrong with the line, if anything */
  take(line: ExportLine): string | undefined;
  end(): ExportVerification;
};

function createExportReader({ isSigned, kept = [] }: ExportEvidence): ExportReader {
  const keptAt = new Map(kept.map((checkpoint) => [checkpoint.position, checkpoint]));
  let chain: ChainWalk | undefined;
  let coverage = createSeqCoverage();
  let start = chainStart;
  let workspaceId: string | undefined;
  let head: { workspace_id: string; position: number; hash: string } | undefined;
  let checkpoint: AuditCheckpoint | undefined;

  function begin(record: ExportedRecord): ChainWalk {
    start = placeBefore(record, keptAt);
    coverage = createSeqCoverage(start.seq);
    workspaceId = workspaceOf(record);
    return walkChain(start);
  }

  function takeRecord(record: ExportedRecord): string | undefined {
    const foreign = chain ? undefined : faultOfForeign(kept, workspaceOf(record));
    if (foreign !== undefined) return foreign;
    chain ??= begin(record);
    const found = chain.step({
      ...record,
      hash_version: record.hash_version ?? 1,
      recorded_at: record.recorded_at ?? '',
      workspace_id: workspaceId ?? '',
      previous_hash: Buffer.from(record.previous_hash, 'hex'),
      hash: Buffer.from(record.hash, 'hex'),
    });
    if (found) return `record ${found.position} (${found.id}): ${found.reason}`;
    coverage.add(record.seq);
    const known = keptAt.get(record.position);
    return known && faultOfKept(known, chain.place);
  }

  return {
    take(line) {
      if (checkpoint) return 'lines follow the checkpoint';
      if ('checkpoint' in line) {
        ({ checkpoint } = line);
        return head ? undefined : 'the checkpoint is before the head';
      }
      if (head) return 'lines follow the head';
      if (!('head' in line)) return takeRecord(line);
      ({ head } = line);
      return undefined;
    },
    end() {
      if (!head) return broken('the last line with the head is missing');
      const place = chain?.place ?? start;
      if (head.position !== place.position || head.hash !== place.hash.toString('hex'))
        return broken('it does not end at its head');
      if (workspaceId !== undefined && head.workspace_id !== workspaceId)
        return broken('its head is of another workspace');
      const fault =
        (checkpoint && faultOfLast(checkpoint, place, workspaceId, isSigned)) ?? faultOfMissing(kept, place);
      if (fault !== undefined) return broken(fault);
      const records = place.position - start.position;
      const parts = [
        `${records} records${start.position === 0 ? '' : ` after position ${start.position}`}`,
        // Without gaps the highest seq is the number of records. What was missing before the start is not known here.
        ...(start.seq === start.position ? [completenessOf(coverage)] : []),
        `head ${head.hash}`,
        signatureOf(checkpoint, isSigned),
        ...comparisonOf(kept, start),
      ];
      return { isIntact: true, message: `intact: ${parts.join(', ')}` };
    },
  };
}

/** The place before the first record of the export, if a kept checkpoint proves it. */
function placeBefore({ position }: ExportedRecord, keptAt: ReadonlyMap<number, AuditCheckpoint>): ChainPlace {
  const before = keptAt.get(position - 1);
  if (!before) return chainStart;
  return { position: before.position, hash: Buffer.from(before.hash, 'hex'), seq: before.seq };
}

function workspaceOf({ event }: ExportedRecord): string {
  return (JSON.parse(event) as { workspace_id: string }).workspace_id;
}

/** Two checkpoints of one place of one chain with different contents. A chain that was never rewritten has none. */
function findFork(kept: AuditCheckpoint[]): string | undefined {
  const known = new Map<string, AuditCheckpoint>();
  for (const checkpoint of kept) {
    const { workspace_id: workspaceId, position, hash, seq, created_at: createdAt } = checkpoint;
    const place = `${workspaceId} ${position}`;
    const other = known.get(place);
    if (other && (other.hash !== hash || other.seq !== seq))
      return `the kept checkpoints of position ${position}, of ${other.created_at} and ${createdAt}, differ: the chain was rewritten in between`;
    known.set(place, checkpoint);
  }
  return undefined;
}

function faultOfForeign(kept: AuditCheckpoint[], workspaceId: string): string | undefined {
  const foreign = kept.find((checkpoint) => checkpoint.workspace_id !== workspaceId);
  return foreign && `the kept checkpoint of position ${foreign.position} is of another workspace`;
}

function faultOfKept(kept: AuditCheckpoint, { position, hash, seq }: ChainPlace): string | undefined {
  if (kept.hash !== hash.toString('hex') || kept.seq !== seq)
    return `record ${position} is not the one that was signed on ${kept.created_at}`;
  return undefined;
}

function faultOfLast(
  checkpoint: AuditCheckpoint,
  place: ChainPlace,
  workspaceId: string | undefined,
  isSigned: SignatureCheck | undefined,
): string | undefined {
  if (isSigned && !isSigned(checkpoint)) return 'its checkpoint has no valid signature';
  if (checkpoint.position !== place.position) return 'it does not end at its checkpoint';
  if (workspaceId === undefined) return undefined;
  if (checkpoint.workspace_id !== workspaceId) return 'its checkpoint is of another workspace';
  if (checkpoint.seq !== place.seq) return 'its checkpoint has another seq';
  return faultOfKept(checkpoint, place);
}

function faultOfMissing(kept: AuditCheckpoint[], { position }: ChainPlace): string | undefined {
  const beyond = kept.find((checkpoint) => checkpoint.position > position);
  return (
    beyond &&
    `it ends at record ${position}, and record ${beyond.position} was signed on ${beyond.created_at}`
  );
}

/** How many kept checkpoints the export contains, and which ones are before its start. */
function comparisonOf(kept: AuditCheckpoint[], start: ChainPlace): string[] {
  const [compared, earlier] = [
    kept.filter(({ position }) => position >= start.position),
    kept.filter(({ position }) => position < start.position),
  ];
  const positions = [...new Set(earlier.map(({ position }) => position))].toSorted((a, b) => a - b);
  return [
    ...(compared.length === 0 ? [] : [`kept checkpoints match: ${compared.length}`]),
    ...(positions.length === 0
      ? []
      : [`kept checkpoints before its start, not compared: position ${positions.join(', ')}`]),
  ];
}

function completenessOf(coverage: SeqCoverage): string {
  const gaps = coverage.missing(5).map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`));
  return gaps.length === 0
    ? `nothing missing up to seq ${coverage.completeTo()}`
    : `missing seq ${gaps.join(', ')}`;
}

function signatureOf(checkpoint: AuditCheckpoint | undefined, isSigned: SignatureCheck | undefined): string {
  if (!checkpoint) return 'not signed: nothing proves that no record follows the last one';
  return isSigned
    ? `signed on ${checkpoint.created_at} with the key ${checkpoint.key_id}`
    : 'signature not checked (--keys)';
}

function broken(reason: string): ExportVerification {
  return { isIntact: false, message: `broken: ${reason}` };
}
