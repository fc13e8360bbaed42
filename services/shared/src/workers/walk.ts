import { lowestUuid } from '../database/lowest-uuid.ts';

/**
 * One step of a walk: works on what comes first after an id.
 * @param onFound to call with its id before the work on it begins
 * @returns the id; undefined if none comes after
 */
type Step = (after: string, onFound: (id: string) => void) => Promise<string | undefined>;

/**
 * Walks by ids, over and over. Where a step fails on what it has found, the next one goes on behind it: what can't be worked on holds up
 * nothing else, and is tried again in the next round.
 * @returns takes a step, and returns whether there may be more work; it throws what the step throws
 */
export function createWalk(step: Step): () => Promise<boolean> {
  let last = lowestUuid;
  return async () => {
    const began = last;
    const found = await step(began, (id) => {
      last = id;
    });
    last = found ?? lowestUuid;
    return found !== undefined || began !== lowestUuid;
  };
}
