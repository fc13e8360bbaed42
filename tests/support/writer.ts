import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import type { Cleanup } from '@rondo/shared/test/identity';
import type { Accepted } from './invariants.ts';
import type { Person } from './person.ts';

export type Writer = {
  accepted: Accepted[];
  /** The answers or errors that caused a retry. */
  refused: string[];
  /** Stops after the current change. */
  finish(): Promise<void>;
};

const pauseAfterFailureMs = 20;

/**
 * Sends one change after the other until `finish` or the end of the test: creates, edits, completes, deletes, restores and
 * bulk changes. Retries a request with the same Idempotency-Key until there is an answer, as a client should. `accepted` has
 * the changes that got a 2xx.
 */
export function startWriter(t: Cleanup, person: Person, random: () => number): Writer {
  const finishing = new AbortController();
  const cut = new AbortController();
  t.after(() => cut.abort());
  const accepted: Accepted[] = [];
  const refused: string[] = [];
  const known: string[] = [];

  async function send(method: string, path: string, body: unknown): Promise<void> {
    const key = v7();
    while (!cut.signal.aborted) {
      try {
        const answer = await person.call(method, path, body, { 'idempotency-key': key });
        if (answer.status < 300) remember(answer.body);
        if (answer.status < 500) return;
        refused.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      } catch (error) {
        const { message, cause } = error as Error;
        refused.push(`${method} ${path}: ${message} (${String(cause)})`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs));
    }
  }

  function remember(body: unknown): void {
    for (const task of tasksOf(body)) {
      accepted.push({ task_id: task.id, version: task.version });
      if (!known.includes(task.id)) known.push(task.id);
    }
  }

  async function change(): Promise<void> {
    const id = known[Math.floor(random() * known.length)];
    const dice = random();
    if (id === undefined || dice < 0.4)
      return send('POST', '/api/v1/tasks', { id: v7(), title: `task ${v7()}`, labels: ['load'] });
    if (dice < 0.6) return send('PATCH', `/api/v1/tasks/${id}`, { description: v7() });
    if (dice < 0.7) return send('POST', `/api/v1/tasks/${id}/complete`, {});
    if (dice < 0.8) return send('DELETE', `/api/v1/tasks/${id}`, undefined);
    if (dice < 0.9) return send('POST', `/api/v1/tasks/${id}/restore`, {});
    return send('POST', '/api/v1/tasks/bulk', {
      operations: [1, 2, 3].map((n) => ({ op: 'create', id: v7(), title: `bulk ${n}` })),
    });
  }

  async function run(): Promise<void> {
    while (!finishing.signal.aborted && !cut.signal.aborted) await change();
  }

  const finished = run();
  return {
    accepted,
    refused,
    finish() {
      finishing.abort();
      return finished;
    },
  };
}

/** The tasks in an answer: one, many, or none (a deletion returns 204). */
function tasksOf(body: unknown): Task[] {
  if (typeof body !== 'object' || body === null) return [];
  if ('tasks' in body) return body.tasks as Task[];
  return 'version' in body ? [body as Task] : [];
}
