import { maxRemarks, type ImportRemark } from '@rondo/shared/contracts/import-report';

/** The first 1,000 remarks of each kind, and how many others there are: a file can have one on each of its lines. */
export type Remarks = {
  /** Entries that were not imported. */
  skipped: ImportRemark[];
  /** Tasks that lack something of their entry. */
  notes: ImportRemark[];
  more: { skipped: number; notes: number };
};

export type RemarkKind = 'skipped' | 'notes';

export function noRemarks(): Remarks {
  return { skipped: [], notes: [], more: { skipped: 0, notes: 0 } };
}

export function addRemark(remarks: Remarks, kind: RemarkKind, remark: ImportRemark): void {
  if (remarks[kind].length < maxRemarks) remarks[kind].push(remark);
  else remarks.more[kind] += 1;
}

/** Adds a remark in front of the others. */
export function putFirst(remarks: Remarks, kind: RemarkKind, remark: ImportRemark): void {
  remarks[kind].unshift(remark);
  if (remarks[kind].length <= maxRemarks) return;
  remarks[kind].pop();
  remarks.more[kind] += 1;
}

export function addRemarks(remarks: Remarks, added: Remarks): void {
  for (const kind of ['skipped', 'notes'] as const) {
    for (const remark of added[kind]) addRemark(remarks, kind, remark);
    remarks.more[kind] += added.more[kind];
  }
}
