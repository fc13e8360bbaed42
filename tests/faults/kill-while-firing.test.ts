import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import type { HostProcess } from '../support/host-process.ts';
import { assertInvariants, type Accepted } from '../support/invariants.ts';
import { openKillableHost } from '../support/killable-host.ts';
import type { Person } from '../support/person.ts';
import { assertOneSuccessorEach, assertRemindedOnce, type Promised } from '../support/time-invariants.ts';

const kills = 20;

/** Reminders that exist before the first kill. They are due at random times during the kills. */
const promisedAtFirst = 1_500;
const spreadMs = 60_000;

/** Sets reminders, cancels some, and completes recurring tasks, until `finish` or the end of the test. */
function startReminding(t: TestContext, person: Person, random: () => number) {
  const finishing = new AbortController();
  const cut = new AbortController();
  t.after(() => cut.abort());
  const promised: Promised[] = [];
  const accepted: Accepted[] = [];

  /** Retries a request with the same Idempotency-Key until there is an answer, as a client should. */
  async function send(method: string, path: string, body?: unknown): Promise<Task[]> {
    const key = v7();
    while (!cut.signal.aborted) {
      const answer = await person.call(method, path, body, { 'idempotency-key': key }).catch(() => undefined);
      if (answer && answer.status < 500) {
        if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
        const found = answer.body as Task | { tasks: Task[] };
        const tasks = 'tasks' in found ? found.tasks : [found];
        accepted.push(...tasks.map(({ id, version }) => ({ task_id: id, version })));
        return tasks;
      }
      await pause(20);
    }
    return [];
  }

  const reminding = (withinMs: number) => ({
    id: v7(),
    title: 'remind me',
    reminder_time: new Date(Date.now() + 6_000 + random() * withinMs).toISOString(),
  });

  function promise({ id, reminder_time: at, created_at: createdAt }: Task, isCancelled: boolean): void {
    // A reminder that was already past when the host accepted it does not fire.
    if (at !== null && createdAt < at)
      promised.push({ task_id: id, remind_at: at, is_cancelled: isCancelled });
  }

  async function remindMany(): Promise<void> {
    for (let n = 0; n < promisedAtFirst; n += 500) {
      const operations = Array.from({ length: 500 }, () => ({ op: 'create', ...reminding(spreadMs) }));
      for (const task of await send('POST', '/api/v1/tasks/bulk', { operations })) promise(task, false);
    }
  }

  async function remind(): Promise<void> {
    const isCancelled = random() < 0.3;
    for (const task of await send('POST', '/api/v1/tasks', reminding(3_000))) {
      promise(task, isCancelled);
      if (isCancelled) await send('PATCH', `/api/v1/tasks/${task.id}`, { reminders: [] });
    }
  }

  async function recur(): Promise<void> {
    const draft = { id: v7(), title: 'again', due_date: '2027-03-01', recurrence_schedule: 'daily' };
    for (const { id } of await send('POST', '/api/v1/tasks', draft)) {
      await send('PATCH', `/api/v1/tasks/${id}`, { status: 'complete' });
      if (random() < 0.7) continue;
      await send('POST', `/api/v1/tasks/${id}/reopen`);
      await send('POST', `/api/v1/tasks/${id}/complete`);
    }
  }

  async function run(): Promise<void> {
    while (!finishing.signal.aborted && !cut.signal.aborted) {
      await (random() < 0.5 ? remind() : recur());
      await pause(5);
    }
  }

  const finished = remindMany().then(run);
  return {
    promised,
    accepted,
    finish() {
      finishing.abort();
      return finished;
    },
  };
}

/** Whether a host has fired a reminder since it started. */
async function hasFired({ endpoints }: HostProcess): Promise<boolean> {
  const metrics = await fetch(endpoints.metrics['recurring-task-service'] ?? '');
  const [, fired] = /^rondo_reminder_lateness_seconds_count\S* (\d+)/m.exec(await metrics.text()) ?? [];
  return Number(fired ?? 0) > 0;
}

test(
  `kill -9 of the host while reminders fire, ${kills} times: each reminder arrives once, each completion has one successor`,
  { timeout: 280_000 },
  async (t) => {
    const host = await openKillableHost(t, ['ada', 'grace']);
    const random = host.random(0);
    const writers = host.people.map((person, index) => startReminding(t, person, host.random(index + 1)));
    await eventually(() => writers.every(({ promised }) => promised.length > 20), {
      what: 'the first reminders to be accepted',
    });

    for (let kill = 0; kill < kills; kill += 1) {
      const firing = host.current();
      await eventually(() => hasFired(firing), {
        every_ms: 5,
        timeout_ms: 20_000,
        what: 'a reminder to fire',
      });
      await pause(random() * 80);
      await host.killAndStart();
    }
    await Promise.all(writers.map((writer) => writer.finish()));

    for (const [index, person] of host.people.entries()) {
      const writer = writers[index];
      assert.ok(writer);
      await assertRemindedOnce(person, writer.promised);
      await assertOneSuccessorEach(person);
      await assertInvariants(person, writer.accepted);
    }
  },
);
