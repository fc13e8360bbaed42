/** An event as the search for slow ones sees it. */
export type SlowCandidate = { id: string; workspaceId: string | undefined };

/**
 * `together`: deliveries with it that timed out; `single`: how often it timed out by itself, and `proven`: how often after an event
 * of another workspace had succeeded since the time before.
 */
type Suspicion = {
  workspaceId: string | undefined;
  together: number;
  single: number;
  proven: number;
  hasWitness: boolean;
};

/** How many deliveries with an event may time out before it is processed by itself. */
const maxTogether = 3;
const maxProven = 3;
/** Without other events as witnesses: about 15 minutes, longer than a migration may lock a table. */
const maxSingle = 60;

/**
 * Finds the events whose statements take too long by themselves, which is no outage: the database answers, and events of others
 * succeed. If a database is slow for everybody, nothing is found.
 *
 * A delivery that timed out is repeated as a whole. An event that was in three of them is processed by itself from then on. It is
 * the cause if it then timed out three times, with an event of another workspace that succeeded before each of them. Where no
 * event of another workspace arrives, it is the cause after sixty times, if none of another workspace times out, either.
 */
export function createSlowEvents<Event extends SlowCandidate>() {
  const suspicions = new Map<string, Suspicion>();

  function suspicionOf({ id, workspaceId }: Event): Suspicion {
    const suspicion = suspicions.get(id) ?? {
      workspaceId,
      together: 0,
      single: 0,
      proven: 0,
      hasWitness: false,
    };
    suspicions.set(id, suspicion);
    return suspicion;
  }

  const timesSingle = ({ id }: Event) => suspicions.get(id)?.single ?? 0;
  const isSuspected = (event: Event) =>
    timesSingle(event) > 0 || (suspicions.get(event.id)?.together ?? 0) >= maxTogether;

  return {
    /** Divides a delivery. Those to be processed by themselves are in the order in which they are likely to succeed. */
    divide(events: Event[]): { together: Event[]; apart: Event[] } {
      return {
        together: events.filter((event) => !isSuspected(event)),
        apart: events
          .filter((event) => isSuspected(event))
          .toSorted((left, right) => timesSingle(left) - timesSingle(right)),
      };
    },

    timedOutTogether(events: Event[]): void {
      for (const event of events) suspicionOf(event).together += 1;
    },

    /** @returns whether the event is the cause */
    timedOutByItself(event: Event): boolean {
      const suspicion = suspicionOf(event);
      suspicion.single += 1;
      if (suspicion.hasWitness) suspicion.proven += 1;
      suspicion.hasWitness = false;
      if (suspicion.proven >= maxProven) return true;
      const areOthersSlow = [...suspicions.values()].some(
        ({ workspaceId }) => workspaceId !== event.workspaceId,
      );
      return suspicion.single >= maxSingle && !areOthersSlow;
    },

    /** These events succeeded for the first time: what is slow in other workspaces is not the database. */
    witnessed(events: Event[]): void {
      for (const suspicion of suspicions.values())
        suspicion.hasWitness ||= events.some(({ workspaceId }) => workspaceId !== suspicion.workspaceId);
    },

    forget(events: Event[]): void {
      for (const { id } of events) suspicions.delete(id);
    },
  };
}
