import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import { openIssuer } from '@rondo/embedded/issuer';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess, type HostProcess } from '../support/host-process.ts';
import { assertInvariants, type Accepted } from '../support/invariants.ts';
import { personAt, type Person } from '../support/person.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { assertOneSuccessorEach, assertRemindedOnce, type Promised } from '../support/time-invariants.ts';

const kills = 20;
const people = ['ada', 'grace'];

/** Creates tasks that remind within seconds, cancels some, and completes recurring ones, until told to stop. */
function remindUntil(stop: AbortSignal, person: Person, random: () => number) {
  const promised: Promised[] = [];
  const accepted: Accepted[] = [];

  /** As a careful client: the same request under the same key until the host says what became of it. */
  async function send(method: string, path: string, body?: unknown): Promise<Task | undefined> {
    const key = v7();
    for (;;) {
      const answer = await person.call(method, path, body, { 'idempotency-key': key }).catch(() => undefined);
      if (answer && answer.status < 500) {
        if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
        const task = answer.body as Task | undefined;
        if (task) accepted.push({ task_id: task.id, version: task.version });
        return task;
      }
      await pause(20);
    }
  }

  async function remind(): Promise<void> {
    // Set far enough ahead that it is not past by the time the host is there to take it.
    const at = new Date(Date.now() + 6_000 + random() * 3_000).toISOString();
    const task = await send('POST', '/api/v1/tasks', { id: v7(), title: 'remind me', reminder_time: at });
    if (!task || Date.parse(task.created_at) >= Date.parse(at)) return;
    const promise = { task_id: task.id, remind_at: at, is_cancelled: random() < 0.2 };
    promised.push(promise);
    if (promise.is_cancelled) await send('PATCH', `/api/v1/tasks/${task.id}`, { reminders: [] });
  }

  async function recur(): Promise<void> {
    const draft = { id: v7(), title: 'again', due_date: '2027-03-01', recurrence_schedule: 'daily' };
    const task = await send('POST', '/api/v1/tasks', draft);
    await send('PATCH', `/api/v1/tasks/${task?.id}`, { status: 'complete' });
    if (random() < 0.2) {
      await send('POST', `/api/v1/tasks/${task?.id}/reopen`);
      await send('POST', `/api/v1/tasks/${task?.id}/complete`);
    }
  }

  async function run(): Promise<void> {
    while (!stop.aborted) {
      await (random() < 0.8 ? remind() : recur());
      await pause(5);
    }
  }

  return { promised, accepted, finished: run() };
}

test(
  `kill -9 of the host while reminders fire, ${kills} times: each comes once, each completion has one successor`,
  { timeout: 280_000 },
  async (t) => {
    const seed = Number(process.env['RONDO_SEED'] ?? Date.now() % 100_000);
    t.diagnostic(`RONDO_SEED=${seed}`);
    const random = seededRandom(seed);
    const dataDir = await temporaryDirectory(t);
    let host: HostProcess = await startHostProcess(dataDir);
    t.after(() => host.end('SIGKILL'));
    const issuer = await openIssuer(dataDir);
    const persons = await Promise.all(
      people.map(async (name) => personAt(() => host.endpoints.url, name, await issuer.tokenFor(name))),
    );
    const done = new AbortController();
    const writers = persons.map((person, index) =>
      remindUntil(done.signal, person, seededRandom(seed + index + 1)),
    );
    await eventually(() => writers.every(({ promised }) => promised.length > 20), {
      what: 'the first promises',
    });

    for (let kill = 0; kill < kills; kill += 1) {
      await pause(50 + random() * 450);
      await host.end('SIGKILL');
      host = await startHostProcess(dataDir);
    }
    done.abort();
    await Promise.all(writers.map(({ finished }) => finished));

    for (const [index, person] of persons.entries()) {
      const writer = writers[index];
      assert.ok(writer);
      const inbox = await assertRemindedOnce(person, writer.promised);
      assert.ok(inbox.some(({ is_late: isLate }) => !isLate) && inbox.length > 50);
      await assertOneSuccessorEach(person);
      await assertInvariants(person, writer.accepted);
    }
  },
);
