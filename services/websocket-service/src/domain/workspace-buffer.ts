/** How a client that has applied all events up to a seq can continue. */
export type Resumption = { kind: 'resume'; events: Uint8Array[] } | { kind: 'resync' };

export type WorkspaceBuffers = {
  /** Adds an event as an encoded message. @returns false if it is a duplicate */
  append(workspaceId: string, seq: number, event: Uint8Array): boolean;
  /** The events after `since`, or `resync` if the replica may not have all of them. */
  after(workspaceId: string, since: number): Resumption;
  /** The highest seq of a workspace that this replica has received; null before the first event. */
  head(workspaceId: string): number | null;
  /** The history that the events belong to; null until an event has named one. */
  readonly historyId: string | null;
  /**
   * Reports the history of an event. Ids are UUIDv7, so the later history has the greater id. A later one empties all buffers,
   * because the same seqs are other events in it. An event of an earlier one must not be appended.
   */
  enterHistory(id: string): 'same' | 'later' | 'earlier';
};

export type BufferLimits = {
  /** For one workspace. */
  maxEvents: number;
  maxBytes: number;
  maxWorkspaces: number;
  /** For all workspaces together; at least `maxBytes`. */
  maxTotalBytes: number;
};

/** A gapless run of a workspace's latest events, from seq `first` on. Empty if the last one was too large. */
type Run = { first: number; events: Uint8Array[]; bytes: number };

/**
 * Keeps the latest events of each workspace, gapless and bounded. The least recently used workspace is evicted first.
 * Events before a gap are dropped, because a client could not resume across it.
 */
export function createWorkspaceBuffers(limits: BufferLimits): WorkspaceBuffers {
  // A Map keeps insertion order, so its first entry is the least recently used.
  const runs = new Map<string, Run>();
  let totalBytes = 0;
  let historyId: string | null = null;

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
      if (runs.size <= limits.maxWorkspaces && totalBytes <= limits.maxTotalBytes) return;
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
    get historyId() {
      return historyId;
    },
    enterHistory(id) {
      const known = historyId;
      if (known === id) return 'same';
      if (known !== null && id < known) return 'earlier';
      historyId = id;
      if (known === null) return 'same';
      runs.clear();
      totalBytes = 0;
      return 'later';
    },
  };
}

function headOf({ first, events }: Run): number {
  return first + events.length - 1;
}

/** Above a limit, the oldest quarter is removed at once, because removing from the start of an array is expensive. */
function grown(
  { first, events: before, bytes: bytesBefore }: Run,
  event: Uint8Array,
  limits: BufferLimits,
): Run {
  const run: Run = { first, events: before, bytes: bytesBefore + event.byteLength };
  run.events.push(event);
  while (run.events.length > limits.maxEvents || run.bytes > limits.maxBytes) {
    const dropped = run.events.splice(0, Math.ceil(run.events.length / 4));
    run.first += dropped.length;
    run.bytes -= dropped.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
  return run;
}
