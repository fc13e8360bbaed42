import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { isRealEngine } from '../support/host-process.ts';
import { openInstallation, type Installation } from '../support/installation.ts';
import type { Person } from '../support/person.ts';
import { survives } from '../support/survives.ts';
import { assertInOrder, recordsOn } from '../support/topic-records.ts';

const timeout = 290_000;
const names = ['ada', 'grace', 'barbara', 'frances', 'margaret', 'katherine'];

/**
 * Lets people write while `happen` runs, and then reads the topics where the broker keeps them.
 * @param torn how often a window of a workspace may be torn apart (ADR 0029): once for each time that the broker dies
 */
async function keepsOrder(
  t: TestContext,
  happen: (installation: Installation) => Promise<void>,
  torn = 0,
): Promise<void> {
  const installation = await openInstallation(t);
  const people = await Promise.all(names.map((name) => installation.person(name)));
  await survives(t, people, installation.url, () => happen(installation));
  for (const topic of [topics.taskEvents, topics.taskUpdates])
    assertInOrder(await recordsOn(installation, topic), topic, torn);
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
  'each topic has the events of a workspace in order after the broker was killed during the publication of long commands',
  { timeout, skip },
  (t) =>
    keepsOrder(
      t,
      async ({ engine, person, query }) => {
        assert.ok(engine);
        for (const [kill, afterMs] of [60, 100, 140].entries()) {
          const answered = createMany(await person(`in a hurry ${kill}`));
          await untilPublished(query, afterMs);
          await engine.kafka.kill('SIGKILL');
          await engine.kafka.ready();
          await answered;
          await pause(2_000);
        }
      },
      3,
    ),
);

/** Creates 2,000 tasks by four commands, each of which the relay could publish at once. */
async function createMany(person: Person): Promise<void> {
  const operations = Array.from({ length: 500 }, (_, n) => ({ op: 'create', title: `task ${n}` }));
  for (let command = 0; command < 4; command += 1) {
    const { status, body } = await person.call('POST', '/api/v1/tasks/bulk', { operations });
    assert.equal(status, 200, JSON.stringify(body));
  }
}

/** Waits until events of such a command are on their way to the broker, and `ms` more. */
async function untilPublished(query: Installation['query'], ms: number): Promise<void> {
  await eventually(
    async () => {
      const [row] = await query('SELECT count(*)::int AS events FROM todo_service.outbox');
      return Number(row?.['events']) >= 400;
    },
    { what: 'the events of a command to be in the outbox', every_ms: 5 },
  );
  await pause(ms);
}

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
    keepsOrder(
      t,
      async ({ engine }) => {
        assert.ok(engine);
        const todo = engine.pairs.find(({ name }) => name === 'todo-service') ?? assert.fail();
        await Promise.all([engine.kafka.kill('SIGKILL'), todo.service.kill('SIGKILL')]);
        await Promise.all([engine.kafka.ready(), todo.service.ready()]);
        await todo.sidecar.kill('SIGKILL');
        await todo.sidecar.ready();
      },
      1,
    ),
);
