import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { topics } from '@rondo/shared/contracts/topics';
import { isRealEngine } from '../support/host-process.ts';
import { openInstallation, type Installation } from '../support/installation.ts';
import { survives } from '../support/survives.ts';
import { assertInOrder, recordsOn } from '../support/topic-records.ts';

const timeout = 290_000;
const names = ['ada', 'grace', 'barbara', 'frances', 'margaret', 'katherine'];

/** Lets people write while `happen` runs, and then reads the topics where the broker keeps them. */
async function keepsOrder(
  t: TestContext,
  happen: (installation: Installation) => Promise<void>,
): Promise<void> {
  const installation = await openInstallation(t);
  const people = await Promise.all(names.map((name) => installation.person(name)));
  await survives(t, people, installation.url, () => happen(installation));
  for (const topic of [topics.taskEvents, topics.taskUpdates])
    assertInOrder(await recordsOn(installation, topic), topic);
}

test(
  'each topic has the events of a workspace in order after PostgreSQL crashed under load',
  { timeout },
  (t) =>
    keepsOrder(t, async ({ postgres }) => {
      await postgres.crash();
      await postgres.start();
    }),
);

const skip = isRealEngine ? false : 'needs separate processes: `npm run test:engine` runs it';

test(
  'each topic has the events of a workspace in order after the broker was killed twice',
  { timeout, skip },
  (t) =>
    keepsOrder(t, async ({ engine }) => {
      assert.ok(engine);
      for (let kills = 0; kills < 2; kills += 1) {
        await engine.kafka.kill('SIGKILL');
        await engine.kafka.ready();
        await pause(2_000);
      }
    }),
);

test(
  'each topic has the events of a workspace in order after the broker was frozen',
  { timeout, skip },
  (t) =>
    keepsOrder(t, async ({ engine }) => {
      const pid = engine?.kafka.pid ?? assert.fail();
      for (const seconds of [3, 14]) {
        process.kill(pid, 'SIGSTOP');
        await pause(seconds * 1000);
        process.kill(pid, 'SIGCONT');
        await pause(3_000);
      }
    }),
);

test(
  'each topic has the events of a workspace in order after relay and broker were killed together',
  { timeout, skip },
  (t) =>
    keepsOrder(t, async ({ engine }) => {
      assert.ok(engine);
      const todo = engine.pairs.find(({ name }) => name === 'todo-service') ?? assert.fail();
      await Promise.all([engine.kafka.kill('SIGKILL'), todo.service.kill('SIGKILL')]);
      await Promise.all([engine.kafka.ready(), todo.service.ready()]);
      await todo.sidecar.kill('SIGKILL');
      await todo.sidecar.ready();
    }),
);
