import assert from 'node:assert/strict';
import type { Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import type { Person } from './person.ts';

/** A reminder that was accepted with a 2xx, at an instant (RFC 3339). If `is_cancelled`, it may or may not arrive. */
export type Promised = { task_id: string; remind_at: string; is_cancelled: boolean };

/** A person's whole inbox, newest first. */
export async function inboxOf(person: Person): Promise<Notification[]> {
  const all: Notification[] = [];
  let cursor: string | null = null;
  do {
    const page: NotificationPage = await person.get(
      `/api/v1/notifications?limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    all.push(...page.notifications);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all;
}

const keyOf = ({ task_id: id, remind_at: at }: { task_id: string | null; remind_at: string }) =>
  `${id} ${new Date(at).toISOString()}`;

/** I4: the inbox contains each accepted reminder that was not cancelled exactly once, and nothing else. */
export async function assertRemindedOnce(person: Person, promised: Promised[]): Promise<Notification[]> {
  const due = promised.filter(({ is_cancelled: isCancelled }) => !isCancelled).map(keyOf);
  const inbox = await eventually(
    async () => {
      const found = await inboxOf(person);
      const keys = new Set(found.map(keyOf));
      return due.every((key) => keys.has(key)) && found;
    },
    { timeout_ms: 30_000, every_ms: 200, what: `every reminder of ${person.name} to arrive (I4)` },
  );
  const keys = inbox.map(keyOf);
  assert.equal(new Set(keys).size, keys.length, 'I4: no reminder is in the inbox twice');
  const known = new Set(promised.map(keyOf));
  assert.deepEqual(
    keys.filter((key) => !known.has(key)),
    [],
    'I4: the inbox contains only accepted reminders',
  );
  return inbox;
}

/** I5: each completed recurring task has one successor, and a series has one more task than completions. */
export async function assertOneSuccessorEach(person: Person): Promise<void> {
  const tasks = await eventually(
    async () => {
      const found = (await person.snapshot()).tasks;
      const ids = new Set(found.map(({ id }) => id));
      return completed(found).every(({ id }) => ids.has(successorIdOf(id))) && found;
    },
    {
      timeout_ms: 30_000,
      every_ms: 200,
      what: `every completion of ${person.name} to have a successor (I5)`,
    },
  );
  const series = Map.groupBy(
    tasks.filter(({ series_id: id }) => id !== null),
    ({ series_id: id }) => id,
  );
  for (const [id, members] of series)
    assert.equal(members.length, completed(members).length + 1, `I5: one successor each in series ${id}`);
}

function completed(tasks: Task[]): Task[] {
  return tasks.filter(({ status, is_recurring: isRecurring }) => status === 'complete' && isRecurring);
}
