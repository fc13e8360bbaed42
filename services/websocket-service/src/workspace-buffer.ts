/** What a replica can give to a client that has applied everything up to some seq. */
export type Resumption = { kind: 'resume'; events: string[] } | { kind: 'resync' };

export type WorkspaceBuffers = {
  /** Takes an event in. @returns false for one that was there before */
  append(workspaceId: string, seq: number, event: string): boolean;
  /** The events after `since`, when the replica is certain to hold all of them. */
  after(workspaceId: string, since: number): Resumption;
  /** The highest seq that this replica has seen of a workspace; null before its first event. */
  head(workspaceId: string): number | null;
};

/** A gapless run of a workspace's latest events: those from `first` on. */
type Run = { first: number; events: string[] };

/**
 * The latest events of each workspace, gapless, bounded in events a workspace and in workspaces (the one that was not
 * used for longest goes). What came before a gap is forgotten, because a client could not be given what is missing.
 */
export function createWorkspaceBuffers({
  max_events: maxEvents,
  max_workspaces: maxWorkspaces,
}: {
  max_events: number;
  max_workspaces: number;
}): WorkspaceBuffers {
  const runs = new Map<string, Run>();

  function touch(workspaceId: string, run: Run): void {
    runs.delete(workspaceId);
    runs.set(workspaceId, run);
    if (runs.size <= maxWorkspaces) return;
    const [longestUnused] = runs.keys();
    if (longestUnused !== undefined) runs.delete(longestUnused);
  }

  const headOf = ({ first, events }: Run) => first + events.length - 1;

  return {
    append(workspaceId, seq, event) {
      const run = runs.get(workspaceId);
      if (run && seq <= headOf(run)) return false;
      const isNext = run !== undefined && seq === headOf(run) + 1;
      const grown = isNext ? run : { first: seq, events: [] };
      grown.events.push(event);
      if (grown.events.length > maxEvents) {
        // A quarter at a time: an array's head is dear to remove.
        const dropped = Math.ceil(maxEvents / 4);
        grown.events.splice(0, dropped);
        grown.first += dropped;
      }
      touch(workspaceId, grown);
      return true;
    },
    after(workspaceId, since) {
      const run = runs.get(workspaceId);
      if (!run || since + 1 < run.first || since > headOf(run)) return { kind: 'resync' };
      touch(workspaceId, run);
      return { kind: 'resume', events: run.events.slice(since + 1 - run.first) };
    },
    head(workspaceId) {
      const run = runs.get(workspaceId);
      return run ? headOf(run) : null;
    },
  };
}
