import assert from 'node:assert/strict';
import { eventually } from '@rondo/shared/test/eventually';
import { followerOf } from './follower.ts';
import { assertInvariants, assertSameTasks, fold } from './invariants.ts';
import type { Person } from './person.ts';
import { seededRandom } from './random.ts';
import { writeUntil } from './writer.ts';

/** Long enough for what a fault stops to come back: the restart of a sidecar, a consumer group's new members. */
const patienceMs = 60_000;

/**
 * People write and follow while something happens; then every invariant holds, and whoever followed has what is stored.
 * @returns what was refused, or had no answer, on the way
 */
export async function survives(
  people: Person[],
  url: () => string,
  happen: () => Promise<void>,
): Promise<{ refused: string[] }> {
  const done = new AbortController();
  const followers = people.map((person) => followerOf(person, url));
  const writers = people.map((person, index) => writeUntil(done.signal, person, seededRandom(index + 1)));
  const moreIsAccepted = async () => {
    const goals = writers.map((writer) => writer.accepted.length + 20);
    await eventually(
      () => writers.every((writer, index) => writer.accepted.length >= (goals[index] ?? Infinity)),
      { timeout_ms: patienceMs, what: "everybody's writes to be accepted" },
    );
  };
  try {
    await moreIsAccepted();
    await happen();
    await moreIsAccepted();
    done.abort();
    await Promise.all(writers.map(({ finished }) => finished));
    for (const [index, person] of people.entries()) {
      const feed = await assertInvariants(person, writers[index]?.accepted ?? []);
      const follower = followers[index];
      assert.ok(follower);
      await eventually(() => follower.events.length >= feed.length, {
        timeout_ms: patienceMs,
        what: `the socket of ${person.name} to converge`,
      });
      assertSameTasks(fold(follower.events), fold(feed));
    }
    return { refused: writers.flatMap(({ refused }) => refused) };
  } finally {
    done.abort();
    for (const follower of followers) follower.close();
  }
}
