import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { components } from '@rondo/shared/contracts/topics';
import type { Clock } from '@rondo/shared/clock';
import type { DaprClient } from '@rondo/shared/messaging/dapr-client';

/** One person's open sockets by replica, as stored. `at` is in milliseconds since the epoch. */
const CountsByReplica = Type.Record(Type.String(), Type.Object({ count: Type.Integer(), at: Type.Number() }));
type CountsByReplica = Static<typeof CountsByReplica>;

export type ConnectionCounts = {
  /** Counts a person's sockets at all other replicas. @throws AppError if the state store can't be reached */
  elsewhere(personId: string): Promise<number>;
  /** Stores the count of this replica; retries with a new count if another replica wrote first. @throws AppError as above */
  report(personId: string, countHere: () => number): Promise<void>;
};

/** How often an unchanged count is written again. */
export const refreshMs = 30_000;
/** A replica that has not refreshed its count for this long is gone. */
const staleSeconds = 90;
const maxAttempts = 5;

const countsByReplica = Compile(CountsByReplica);

/** Counts of sockets, shared by replicas through the Dapr state store. They are informative, not a limit. */
export function createConnectionCounts({
  dapr,
  clock,
  replica,
}: {
  dapr: DaprClient;
  clock: Clock;
  /** Unique to this process. */
  replica: string;
}): ConnectionCounts {
  const keyOf = (personId: string) => `connections:${personId}`;

  async function read(personId: string): Promise<{ others: CountsByReplica; etag: string | undefined }> {
    const found = await dapr.getState(components.statestore, keyOf(personId));
    const counts = countsByReplica.Check(found?.value) ? found.value : {};
    const now = clock.now().getTime();
    // A time in the future is stale, too: the clock was set back, and replicas that exist write again.
    const isFresh = (at: number) => Math.abs(now - at) < staleSeconds * 1000;
    const others = Object.entries(counts).filter(([name, { at }]) => name !== replica && isFresh(at));
    return { others: Object.fromEntries(others), etag: found?.etag };
  }

  async function write(personId: string, countHere: () => number): Promise<boolean> {
    const { others, etag } = await read(personId);
    const count = countHere();
    const counts: CountsByReplica =
      count === 0 ? others : { ...others, [replica]: { count, at: clock.now().getTime() } };
    if (Object.keys(counts).length > 0)
      return dapr.saveState(components.statestore, keyOf(personId), counts, {
        ...(etag === undefined ? { isNew: true } : { etag }),
        ttlSeconds: staleSeconds,
      });
    return etag === undefined || dapr.deleteState(components.statestore, keyOf(personId), etag);
  }

  return {
    async elsewhere(personId) {
      const { others } = await read(personId);
      return Object.values(others).reduce((sum, { count }) => sum + count, 0);
    },
    async report(personId, countHere) {
      for (let attempt = 1; !(await write(personId, countHere)); attempt += 1)
        if (attempt === maxAttempts)
          throw new Error(`too many write conflicts on the connections of ${personId}`);
    },
  };
}
