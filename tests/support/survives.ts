import assert from 'node:assert/strict';
import { eventually } from '@rondo/shared/test/eventually';
import type { Cleanup } from '@rondo/shared/test/identity';
import { followerOf } from './follower.ts';
import { assertInvariants, assertSameTasks, fold } from './invariants.ts';
import type { Person } from './person.ts';
import { seededRandom } from './random.ts';
import { startWriter } from './writer.ts';

/** Long enough for a recovery: the restart of a sidecar, the rebalance of a consumer group. */
const recoveryTimeoutMs = 60_000;

/**
 * Checks that people who write and follow while `happen` runs lose nothing: afterwards all invariants hold, and each
 * follower has the stored tasks.
 * @returns the requests that were refused or got no answer
 */
export async function survives(
  t: Cleanup,
  people: Person[],
  url: () => string,
  happen: () => Promise<void>,
): Promise<{ refused: string[] }> {
  const followers = people.map((person) => followerOf(t, person, url));
  const writers = people.map((person, index) => startWriter(t, person, seededRandom(index + 1)));
  const moreIsAccepted = async () => {
    const goals = writers.map((writer) => writer.accepted.length + 20);
    await eventually(
      () => writers.every((writer, index) => writer.accepted.length >= (goals[index] ?? Infinity)),
      { timeout_ms: recoveryTimeoutMs, what: 'the writes of each person to be accepted' },
    );
  };
  await moreIsAccepted();
  await happen();
  await moreIsAccepted();
  await Promise.all(writers.map((writer) => writer.finish()));
  for (const [index, person] of people.entries()) {
    const feed = await assertInvariants(person, writers[index]?.accepted ?? []);
    const follower = followers[index];
    assert.ok(follower);
    await eventually(() => follower.events.length >= feed.length, {
      timeout_ms: recoveryTimeoutMs,
      what: `the socket of ${person.name} to converge`,
    });
    follower.close();
    assertSameTasks(fold(follower.events), fold(feed));
  }
  return { refused: writers.flatMap(({ refused }) => refused) };
}
