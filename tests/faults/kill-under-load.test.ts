import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openIssuer } from '@rondo/gateway/issuer';
import { eventually } from '@rondo/shared/test/eventually';
import { followerOf } from '../support/follower.ts';
import { startHostProcess, type HostProcess } from '../support/host-process.ts';
import { assertInvariants, assertSameTasks, fold } from '../support/invariants.ts';
import { personAt } from '../support/person.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { startWriter } from '../support/writer.ts';

const kills = 20;
const people = ['ada', 'grace', 'barbara'];

test(
  `kill -9 of the host under load, ${kills} times: nothing is lost, duplicated, reordered or leaked to others`,
  { timeout: 280_000 },
  async (t) => {
    const seed = Number(process.env['RONDO_SEED'] ?? Date.now() % 100_000);
    t.diagnostic(`RONDO_SEED=${seed}`);
    const random = seededRandom(seed);
    const dataDir = await temporaryDirectory(t);
    let host: HostProcess = await startHostProcess(dataDir);
    t.after(async () => {
      await host.end('SIGKILL');
    });

    const issuer = await openIssuer(dataDir);
    const persons = await Promise.all(
      people.map(async (name) => personAt(() => host.endpoints.url, name, await issuer.tokenFor(name))),
    );
    const followers = persons.map((person) => followerOf(t, person, () => host.endpoints.url));
    const writers = persons.map((person, index) => startWriter(t, person, seededRandom(seed + index + 1)));

    for (let kill = 0; kill < kills; kill += 1) {
      const accepted = () => writers.reduce((sum, { accepted }) => sum + accepted.length, 0);
      const goal = accepted() + 5 + Math.floor(random() * 60);
      await eventually(() => accepted() >= goal, {
        timeout_ms: 20_000,
        every_ms: 1,
        what: `writes to be accepted before kill ${kill + 1}`,
      });
      await host.end('SIGKILL');
      host = await startHostProcess(dataDir);
      assert.ok(
        host.lines.some((line) => line.includes('cut off')),
        'the start after kill -9 reports the recovery',
      );
    }
    await Promise.all(writers.map((writer) => writer.finish()));

    for (const [index, person] of persons.entries()) {
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
