import { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { Compile } from 'typebox/compile';

const check = Compile(AuditCheckpoint);

/** What each JSON with a checkpoint contains. In the events of an export, the quotes are escaped. */
const signature = '"signature":';
/** A page of 100 checkpoints is shorter. What is longer and has no end is no JSON. */
const longestText = 100_000;

/**
 * Reads the checkpoints in a text that someone kept: checkpoints, pages of them, and exports with one in the last line, each as JSON.
 * A checkpoint may be spread over lines and quoted, as mail programs do. Other lines are skipped.
 * @throws Error if a checkpoint can't be read
 */
export async function readCheckpoints(lines: AsyncIterable<string>): Promise<AuditCheckpoint[]> {
  const found: AuditCheckpoint[] = [];
  /** The beginning of a JSON whose end was not read yet. */
  let open = '';
  for await (const line of lines) {
    const text = line.replace(/^[>\s]+/, '').trimEnd();
    if (open === '' && !text.startsWith('{')) continue;
    const isWhole = open === '' && text.endsWith('}');
    if (isWhole && !text.includes(signature)) continue;
    open += text;
    const value = parse(open);
    if (value) found.push(...checkpointsIn(value));
    else if (isWhole) throw unreadable(open);
    if (value || open.length > longestText) open = '';
  }
  if (open.includes(signature)) throw unreadable(open);
  return found;
}

type Kept = { checkpoint?: unknown; checkpoints?: unknown[] };

function parse(text: string): Kept | undefined {
  if (!text.endsWith('}')) return undefined;
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return undefined;
  }
}

function checkpointsIn(kept: Kept): AuditCheckpoint[] {
  const { checkpoint, checkpoints = [] } = kept;
  const found = [
    ...('signature' in kept ? [kept] : []),
    ...(checkpoint === undefined ? [] : [checkpoint]),
    ...checkpoints,
  ];
  return found.map((one) => {
    if (!check.Check(one)) throw unreadable(JSON.stringify(one));
    return one;
  });
}

function unreadable(text: string): Error {
  return new Error(`a checkpoint can't be read: ${text.slice(0, 80)}`);
}
