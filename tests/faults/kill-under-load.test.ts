import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { followerOf } from '../support/follower.ts';
import { assertInvariants, assertSameTasks, fold } from '../support/invariants.ts';
import { openKillableHost } from '../support/killable-host.ts';
import { startWriter } from '../support/writer.ts';

const kills = 20;

test(
  `kill -9 of the host under load, ${kills} times: nothing is lost, duplicated, reordered or leaked to others`,
  { timeout: 280_000 },
  async (t) => {
    const host = await openKillableHost(t, ['ada', 'grace', 'barbara']);
    const random = host.random(0);
    const followers = host.people.map((person) => followerOf(t, person, () => host.current().endpoints.url));
    const writers = host.people.map((person, index) => startWriter(t, person, host.random(index + 1)));

    for (let kill = 0; kill < kills; kill += 1) {
      const accepted = () => writers.reduce((sum, { accepted }) => sum + accepted.length, 0);
      const goal = accepted() + 5 + Math.floor(random() * 60);
      await eventually(() => accepted() >= goal, {
        timeout_ms: 20_000,
        every_ms: 1,
        what: `writes to be accepted before kill ${kill + 1}`,
      });
      const { lines } = await host.killAndStart();
      assert.ok(
        lines.some((line) => line.includes('cut off')),
        'the start after kill -9 reports the recovery',
      );
    }
    await Promise.all(writers.map((writer) => writer.finish()));

    for (const [index, person] of host.people.entries()) {
      const writer = writers[index];
      const follower = followers[index];
      assert.ok(writer && follower);
      const feed = await assertInvariants(person, writer.accepted);
      await eventually(() => follower.events.length >= feed.length, {
        what: `the socket of ${person.name} to converge`,
      });
      follower.close();
      assert.deepEqual(
        follower.events.map(({ seq }) => seq),
        feed.map(({ seq }) => seq),
        'every event once, in order',
      );
      assertSameTasks(fold(follower.events), fold(feed));
    }
  },
);
