import { lowestUuid } from '../database/lowest-uuid.ts';
import type { Log } from '../observability/log.ts';

export type EachKey = {
  /** Reads the next keys with work after one, at most `limit`, in their order. */
  keysAfter: (turn: { after: string; limit: number }) => Promise<string[]>;
  work: (key: string) => Promise<void>;
  /** What is logged where the work on a key fails. */
  whenOneFails: string;
  log: Log;
  stopping: AbortSignal;
};

/** How many keys are read together. */
const keysAtOnce = 500;

/**
 * Works on one key after the other, in their order; the keys are ids, such as those of workspaces. What fails for one is logged and
 * holds up no other: the next round tries it again.
 * @returns how many were worked on without a failure
 * @throws what `keysAfter` throws
 */
export async function eachKey({ keysAfter, work, whenOneFails, log, stopping }: EachKey): Promise<number> {
  let done = 0;
  let after: string | undefined = lowestUuid;
  while (after !== undefined && !stopping.aborted) {
    const keys: string[] = await keysAfter({ after, limit: keysAtOnce });
    for (const key of keys) {
      if (stopping.aborted) break;
      try {
        await work(key);
        done += 1;
      } catch (error) {
        log.warn({ err: error, workspace_id: key }, whenOneFails);
      }
    }
    after = keys.length === keysAtOnce ? keys.at(-1) : undefined;
  }
  return done;
}
