import { walkChain } from './chain.ts';
import { createSeqCoverage } from './seq-coverage.ts';

type ExportedRecord = {
  position: number;
  seq: number;
  id: string;
  event: string;
  previous_hash: string;
  hash: string;
};
type ExportLine = ExportedRecord | { head: { workspace_id: string; position: number; hash: string } };

export type ExportVerification = { isIntact: boolean; message: string };

/** Verifies the lines of an export: each record follows the one before, and the last line is the head of the chain. */
export async function verifyExport(lines: AsyncIterable<string>): Promise<ExportVerification> {
  const walk = walkChain();
  const coverage = createSeqCoverage();
  let head: { position: number; hash: string } | undefined;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    if (head) return broken('lines follow the head');
    const record = JSON.parse(line) as ExportLine;
    if ('head' in record) {
      head = record.head;
      continue;
    }
    const found = walk.step({
      ...record,
      previous_hash: Buffer.from(record.previous_hash, 'hex'),
      hash: Buffer.from(record.hash, 'hex'),
    });
    if (found) return broken(`record ${found.position} (${found.id}): ${found.reason}`);
    coverage.add(record.seq);
  }
  if (!head) return broken('the last line with the head is missing');
  if (head.position !== walk.position || head.hash !== walk.hash.toString('hex'))
    return broken('it does not end at its head');
  const gaps = coverage.missing(5).map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`));
  const completeness =
    gaps.length === 0
      ? `nothing missing up to seq ${coverage.completeTo()}`
      : `missing seq ${gaps.join(', ')}`;
  return { isIntact: true, message: `intact: ${walk.position} records, ${completeness}, head ${head.hash}` };
}

function broken(reason: string): ExportVerification {
  return { isIntact: false, message: `broken: ${reason}` };
}
