import assert from 'node:assert/strict';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import type { Person } from './person.ts';

/** A change that was accepted with a 2xx. */
export type Accepted = { task_id: string; version: number };

/**
 * Checks the invariants I1, I2, I3, I6, I7 and I8 (the table in data-model.md) for one person, after all writes have ended:
 * no accepted change is missing, nothing is duplicated, versions and seqs have no gaps, folding the feed gives the stored
 * tasks, the audit has each event once and its chain verifies, and no data belongs to another person.
 */
export async function assertInvariants(person: Person, accepted: Accepted[]): Promise<TaskEvent[]> {
  const feed = await person.changes();
  assertGaplessSeq(feed);
  assertGaplessVersions(feed);
  assertEveryPromiseKept(feed, accepted);
  assert.equal(
    new Set(feed.map(({ workspace_id }) => workspace_id)).size,
    feed.length > 0 ? 1 : 0,
    'I7: one workspace in the feed',
  );
  assertSameTasks(fold(feed), (await person.snapshot()).tasks);
  await assertAuditedOnce(person, feed);
  return feed;
}

function assertGaplessSeq(feed: TaskEvent[]): void {
  for (const [index, { seq }] of feed.entries())
    assert.equal(seq, index + 1, 'the seqs of a workspace have no gap');
  assert.equal(new Set(feed.map(({ event_id }) => event_id)).size, feed.length, 'no event id is duplicated');
}

function assertGaplessVersions(feed: TaskEvent[]): void {
  const versions = new Map<string, number>();
  for (const { task_id, version } of feed) {
    assert.equal(version, (versions.get(task_id) ?? 0) + 1, `I3: versions of task ${task_id}`);
    versions.set(task_id, version);
  }
}

function assertEveryPromiseKept(feed: TaskEvent[], accepted: Accepted[]): void {
  const known = new Set(feed.map(({ task_id, version }) => `${task_id} ${version}`));
  const lost = accepted.filter(({ task_id, version }) => !known.has(`${task_id} ${version}`));
  assert.deepEqual(lost, [], 'I1: each change with a 2xx is in the feed');
}

/** The live tasks that a client has after applying a feed. */
export function fold(feed: TaskEvent[]): Task[] {
  const tasks = new Map<string, Task>();
  for (const { task_id, payload } of feed) {
    if (payload.deleted_at === null) tasks.set(task_id, payload);
    else tasks.delete(task_id);
  }
  return [...tasks.values()];
}

export function assertSameTasks(folded: Task[], stored: Task[]): void {
  const byId = (left: Task, right: Task) => left.id.localeCompare(right.id);
  assert.deepEqual(
    folded.toSorted(byId),
    stored.toSorted(byId),
    'I6: the folded feed equals the stored tasks',
  );
}

async function assertAuditedOnce(person: Person, feed: TaskEvent[]): Promise<void> {
  const verification = await eventually(
    async () => {
      const found = await person.verification();
      return found.complete_to >= feed.length ? found : undefined;
    },
    {
      timeout_ms: 30_000,
      what: `the audit of ${person.name} to be complete to ${feed.length} (I9: within 30 s)`,
    },
  );
  assert.deepEqual(
    {
      intact: verification.intact,
      records: verification.records,
      complete_to: verification.complete_to,
      missing: verification.missing,
    },
    { intact: true, records: feed.length, complete_to: feed.length, missing: [] },
    'I1, I2, I8: one audit record per event, and the chain verifies',
  );
}
