import { lowestUuid } from '../database/lowest-uuid.ts';

/**
 * Walks by ids, over and over: `step` works on what comes first after an id.
 * @param step returns the id it worked on; undefined if none comes after
 * @returns takes a step, and returns whether there may be more work
 */
export function createWalk(step: (after: string) => Promise<string | undefined>): () => Promise<boolean> {
  let last = lowestUuid;
  return async () => {
    const found = await step(last);
    const hasLookedAtAll = found === undefined && last === lowestUuid;
    last = found ?? lowestUuid;
    return !hasLookedAtAll;
  };
}
