import type { PendingChange, Written } from './persist.ts';

/** A change that waits to be written, and its caller. */
export type Waiting = {
  change: PendingChange;
  resolve: (written: Written | undefined) => void;
  reject: (error: unknown) => void;
};

/** The changes that wait, by workspace. The workspace that has waited longest for its turn is first. */
export type WaitingByWorkspace = Map<string, Waiting[]>;

const maxBatch = 200;
/** In characters of JSON. One large task must not make the small ones of others wait for megabytes. */
const maxBatchLength = 1024 * 1024;

type Turn = { workspaceId: string; queue: Waiting[]; next: number; later: Waiting[] };

/**
 * Takes a batch out of the queues: one change of each workspace in turn, until it is full. So a workspace with many changes
 * delays nobody else's. A batch has at most one change per task and per idempotency key; a second one stays in its queue.
 * @param isHeldBack says which workspaces are left out
 */
export function takeBatch(
  queues: WaitingByWorkspace,
  isHeldBack: (workspaceId: string) => boolean = () => false,
): Waiting[] {
  const batch: Waiting[] = [];
  const taken = new Set<string>();
  const turns: Turn[] = [];
  for (const [workspaceId, queue] of queues)
    if (!isHeldBack(workspaceId)) turns.push({ workspaceId, queue, next: 0, later: [] });

  let length = 0;
  let isFull = false;
  for (let round = turns; round.length > 0 && !isFull;) {
    const following: Turn[] = [];
    for (const turn of round) {
      const waiting = nextOf(turn, taken);
      if (!waiting) continue;
      length += waiting.change.taskJson.length;
      isFull = batch.length === maxBatch || (batch.length > 0 && length > maxBatchLength);
      if (isFull) break;
      for (const name of namesOf(waiting)) taken.add(name);
      batch.push(waiting);
      turn.next += 1;
      following.push(turn);
    }
    round = following;
  }
  for (const turn of turns) putBack(queues, turn);
  return batch;
}

/** The next change of a workspace whose task and key are free. Those before it stay for a later batch. */
function nextOf(turn: Turn, taken: ReadonlySet<string>): Waiting | undefined {
  for (; turn.next < turn.queue.length; turn.next += 1) {
    const waiting = turn.queue[turn.next];
    if (!waiting || namesOf(waiting).every((name) => !taken.has(name))) return waiting;
    turn.later.push(waiting);
  }
  return undefined;
}

function namesOf({ change: { after, answer } }: Waiting): string[] {
  const task = `${after.workspace_id} ${after.id}`;
  return answer ? [task, `${answer.person_id} ${answer.route} ${answer.key}`] : [task];
}

/** Leaves what was not taken in its queue. A workspace that had its turn goes behind the others. */
function putBack(queues: WaitingByWorkspace, { workspaceId, queue, next, later }: Turn): void {
  if (next === 0) return;
  queues.delete(workspaceId);
  const rest = [...later, ...queue.slice(next)];
  if (rest.length > 0) queues.set(workspaceId, rest);
}
