import { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { Compile } from 'typebox/compile';

const check = Compile(AuditCheckpoint);

/**
 * The checkpoints in a line of text that someone kept: a checkpoint, the last line of an export, or a page of checkpoints, each as
 * JSON. Other lines have none.
 */
export function checkpointsIn(line: string): AuditCheckpoint[] {
  // The events in the lines of an export have escaped quotes, so they don't contain this.
  if (!line.includes('"signature":')) return [];
  const value = JSON.parse(line) as { checkpoint?: unknown; checkpoints?: unknown[] };
  return [value, value.checkpoint, ...(value.checkpoints ?? [])].filter((one) => check.Check(one));
}
