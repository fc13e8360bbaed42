/** What a replica can give to a client that has applied everything up to some seq. */
export type Resumption = { kind: 'resume'; events: Uint8Array[] } | { kind: 'resync' };

export type WorkspaceBuffers = {
  /** Takes an event in, as the bytes that sockets get. @returns false for one that was there before */
  append(workspaceId: string, seq: number, event: Uint8Array): boolean;
  /** The events after `since`, when the replica is certain to hold all of them. */
  after(workspaceId: string, since: number): Resumption;
  /** The highest seq that this replica has seen of a workspace; null before its first event. */
  head(workspaceId: string): number | null;
};

export type BufferLimits = {
  /** Of one workspace. */
  max_events: number;
  max_bytes: number;
  max_workspaces: number;
  /** Of all workspaces together; at least `max_bytes`. */
  max_total_bytes: number;
};

/** A gapless run of a workspace's latest events: those from `first` on. Empty when the last one was too large. */
type Run = { first: number; events: Uint8Array[]; bytes: number };

/**
 * The latest events of each workspace, gapless and bounded; the workspace that was not used for longest goes first. What
 * came before a gap is forgotten, because a client could not be given what is missing.
 */
export function createWorkspaceBuffers(limits: BufferLimits): WorkspaceBuffers {
  // A Map keeps the order of insertion, so its first entry is the one that was not used for longest.
  const runs = new Map<string, Run>();
  let totalBytes = 0;

  function forget(workspaceId: string): void {
    totalBytes -= runs.get(workspaceId)?.bytes ?? 0;
    runs.delete(workspaceId);
  }

  function use(workspaceId: string, run: Run): void {
    forget(workspaceId);
    runs.set(workspaceId, run);
    totalBytes += run.bytes;
  }

  function forgetUnused(): void {
    for (const workspaceId of runs.keys()) {
      if (runs.size <= limits.max_workspaces && totalBytes <= limits.max_total_bytes) return;
      forget(workspaceId);
    }
  }

  return {
    append(workspaceId, seq, event) {
      const known = runs.get(workspaceId);
      if (known && seq <= headOf(known)) return false;
      const before = known && seq === headOf(known) + 1 ? known : { first: seq, events: [], bytes: 0 };
      use(workspaceId, grown(before, event, limits));
      forgetUnused();
      return true;
    },
    after(workspaceId, since) {
      const run = runs.get(workspaceId);
      if (!run || since + 1 < run.first || since > headOf(run)) return { kind: 'resync' };
      use(workspaceId, run);
      return { kind: 'resume', events: run.events.slice(since + 1 - run.first) };
    },
    head(workspaceId) {
      const run = runs.get(workspaceId);
      return run ? headOf(run) : null;
    },
  };
}

function headOf({ first, events }: Run): number {
  return first + events.length - 1;
}

/** Beyond a limit the oldest quarter goes at once, because an array's beginning is dear to remove. */
function grown(
  { first, events: before, bytes: bytesBefore }: Run,
  event: Uint8Array,
  limits: BufferLimits,
): Run {
  const run: Run = { first, events: before, bytes: bytesBefore + event.byteLength };
  run.events.push(event);
  while (run.events.length > limits.max_events || run.bytes > limits.max_bytes) {
    const dropped = run.events.splice(0, Math.ceil(run.events.length / 4));
    run.first += dropped.length;
    run.bytes -= dropped.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
  return run;
}
