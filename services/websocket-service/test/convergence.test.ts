import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSimulation } from './support/simulation.ts';

const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

/** Longer than a dead wire goes unnoticed, than an idle minute and than the longest pause, one after the other. */
const healedMs = 240_000;

test('cut after any event, with any size of buffer, the client ends with every event once', async () => {
  const events = 12;
  for (const maxEvents of [1, 4, 100]) {
    for (const away of [0, 1, 5]) {
      for (const isRestarted of [false, true]) {
        for (let cut = 0; cut <= events; cut += 1) {
          const world = createSimulation({ maxEvents });
          const { applied, client } = world.startClient(() => 0.5);
          await world.time.pass(100);
          for (let seq = 1; seq <= events; seq += 1) {
            if (seq === cut + 1) {
              world.setReplica(false);
              if (isRestarted) world.restartReplica();
              else world.cut();
            }
            if (seq === cut + 1 + away) world.setReplica(true);
            world.deliver(world.commit());
            await world.time.pass(20);
          }
          world.setReplica(true);
          await world.time.pass(12_000);
          client.close();
          const how = `cut after ${cut}, back after ${away}, buffer of ${maxEvents}, restarted: ${isRestarted}`;
          assert.deepEqual(applied, count(events), how);
        }
      }
    }
  }
});

test('after a restore the client ends with what the server has, whatever both changed meanwhile, and whichever client was offline', async () => {
  for (const restored of [0, 3, 6]) {
    for (const made of [0, 1, 3, 5]) {
      for (const how of ['connected', 'away', 'replica restarted'] as const) {
        const world = createSimulation({ maxEvents: 100 });
        const { known, client } = world.startClient(() => 0.5);
        await world.time.pass(100);
        for (let seq = 1; seq <= 9; seq += 1) world.deliver(world.commit());
        await world.time.pass(100);
        assert.equal(client.seq, 9);
        if (how !== 'connected') world.setReplica(false);
        if (how === 'away') world.cut();
        if (how === 'replica restarted') world.restartReplica();
        world.restore(restored);
        for (let n = 0; n < made; n += 1) world.deliver(world.commit());
        await world.time.pass(1_000);
        world.setReplica(true);
        // A minute is the longest that a replica can be wrong which got no event of the new history.
        await world.time.pass(made > 0 && how === 'connected' ? 100 : 75_000);
        const what = `restored to ${restored}, ${made} changes later, ${how}`;
        assert.deepEqual(known, world.titles, what);
        world.deliver(world.commit());
        await world.time.pass(1_000);
        assert.deepEqual(known, world.titles, `${what}, and after one more`);
        assert.equal(client.state, 'live', what);
        client.close();
      }
    }
  }
});

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('commit' as const), times: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('deliver' as const), pick: fc.nat() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 6, 40, 900, 30_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'cut',
        'freeze',
        'restart',
        'wake',
        'prune',
        'throw-away',
        'feed',
        'replica' as const,
      ),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

test('after losses, duplicates, reordering, cuts and outages, the client is live and has applied each event once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom(1, 3, 100),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (steps, maxEvents, randoms) => {
        const world = createSimulation({ maxEvents });
        const { applied, states, client } = world.startClient(() => randoms.next().value ?? 0);
        /** Committed, and not yet given to the replica; those that a step picks twice are doubles. */
        const onTheWay: number[] = [];
        let isFeedUp = true;
        let isReplicaUp = true;

        async function take(step: Step): Promise<void> {
          switch (step.do) {
            case 'commit':
              for (let n = 0; n < step.times; n += 1) onTheWay.push(world.commit());
              return;
            case 'deliver': {
              const seq = onTheWay[step.pick % (onTheWay.length || 1)];
              if (seq !== undefined) world.deliver(seq);
              if (step.pick % 3 > 0) onTheWay.splice(step.pick % (onTheWay.length || 1), 1);
              return;
            }
            case 'pass':
              return world.time.pass(step.ms);
            case 'throw-away':
              onTheWay.length = 0;
              return;
            case 'feed':
              world.setFeed((isFeedUp = !isFeedUp));
              return;
            case 'replica':
              world.setReplica((isReplicaUp = !isReplicaUp));
              return;
            case 'cut':
              return world.cut();
            case 'freeze':
              return world.freeze();
            case 'restart':
              return world.restartReplica();
            case 'wake':
              return client.wake();
            case 'prune':
              world.prune();
              return;
          }
        }

        for (const step of steps) {
          await take(step);
          assert.deepEqual(applied, count(applied.length), 'in order, once, without a gap, at every moment');
          assert.equal(applied.length, client.seq);
        }
        world.setFeed(true);
        world.setReplica(true);
        await world.time.pass(healedMs);
        assert.deepEqual(applied, count(world.head));
        assert.equal(states.at(-1), 'live');
        assert.equal(client.state, 'live');
        client.close();
        await world.time.pass(100);
        assert.equal(
          world.time.pending,
          1,
          'a closed client leaves nothing behind: only the heartbeat goes on',
        );
      },
    ),
    { numRuns: 300 },
  );
});
