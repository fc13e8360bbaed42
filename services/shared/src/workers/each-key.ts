import { lowestUuid } from '../database/lowest-uuid.ts';
import type { Log } from '../observability/log.ts';

export type EachKey = {
  /** The first key after one that has work; undefined if there is none. */
  nextAfter: (after: string) => Promise<string | undefined>;
  work: (key: string) => Promise<void>;
  /** What is logged where the work on a key fails. */
  whenOneFails: string;
  log: Log;
  stopping: AbortSignal;
};

/**
 * Works on one key after the other, in their order; the keys are ids, such as those of workspaces. What fails for one is logged and
 * holds up no other: the next round tries it again.
 * @returns how many were worked on without a failure
 * @throws what `nextAfter` throws
 */
export async function eachKey({ nextAfter, work, whenOneFails, log, stopping }: EachKey): Promise<number> {
  let done = 0;
  for (let after = lowestUuid; !stopping.aborted;) {
    const key = await nextAfter(after);
    if (key === undefined) break;
    try {
      await work(key);
      done += 1;
    } catch (error) {
      log.warn({ err: error, workspace_id: key }, whenOneFails);
    }
    after = key;
  }
  return done;
}
