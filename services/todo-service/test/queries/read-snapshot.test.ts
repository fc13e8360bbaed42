import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { openDatabase } from '@rondo/shared/database/database';
import { startTestService } from '@rondo/shared/test/service';
import { readSnapshot } from '../../src/queries/read-snapshot.ts';
import { service as todoService } from '../../src/service.ts';
import type { Tables } from '../../src/store/tables.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
type Person = Awaited<ReturnType<typeof person>>;

const create = async (ada: Person, draft: Record<string, unknown>) =>
  (await ada.call<Task>('POST', '/api/v1/tasks', draft)).body;
const complete = (ada: Person, { id }: Pick<Task, 'id'>) => ada.call('POST', `/api/v1/tasks/${id}/complete`);
const titles = (tasks: Task[]) => tasks.map(({ title }) => title);

async function readPage(
  ada: Person,
  parameters: Record<string, string | number | null>,
): Promise<SnapshotPage> {
  const given = Object.entries(parameters).filter(([, value]) => value !== null);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const { status, body } = await ada.call<SnapshotPage>('GET', `/api/v1/snapshot?${search}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Reads all pages; `between` is called after each one. */
async function readAll(
  ada: Person,
  parameters: Record<string, string | number> = {},
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<{ seq: number; pages: Task[][] }> {
  const pages: Task[][] = [];
  let [seq, cursor]: [number, string | null] = [0, null];
  do {
    const page: SnapshotPage = await readPage(ada, { ...parameters, cursor });
    pages.push(page.tasks);
    [seq, cursor] = [page.seq, page.next_cursor];
    if (cursor !== null) await between(pages.length);
  } while (cursor !== null);
  return { seq, pages };
}

/** Two open tasks with a date, two without, and two that were completed one after the other. */
async function fill(ada: Person): Promise<Map<string, Task>> {
  const tasks = new Map<string, Task>();
  const add = async (title: string, draft: Record<string, unknown> = {}) =>
    tasks.set(title, await create(ada, { title, ...draft }));
  await add('done first', { due_date: '2027-01-01' });
  await add('undated');
  await add('later', { due_date: '2027-03-01' });
  await add('done last');
  await add('sooner', { due_date: '2027-02-01T08:00:00Z', status: 'in_progress' });
  await add('undated, too');
  for (const title of ['done first', 'done last']) await complete(ada, tasks.get(title) as Task);
  return tasks;
}

const open = ['sooner', 'later', 'undated', 'undated, too'];
const done = ['done last', 'done first'];

test('a snapshot has the open tasks by due date, then the complete ones from the last, on pages of any size', async () => {
  const ada = await person();
  await fill(ada);
  for (const limit of [1, 2, 3, 4, 5, 6, 1_000]) {
    const { pages } = await readAll(ada, { limit });
    assert.deepEqual(titles(pages.flat()), [...open, ...done], `${limit}`);
    assert.deepEqual(
      pages.map(({ length }) => length),
      Array.from({ length: Math.ceil(6 / limit) }, (_, n) => Math.min(limit, 6 - n * limit)),
    );
  }
});

test('one part is read without the other, and without the trash', async () => {
  const ada = await person();
  const tasks = await fill(ada);
  await ada.call('DELETE', `/api/v1/tasks/${tasks.get('later')?.id}`);
  const remaining = open.filter((title) => title !== 'later');
  for (const limit of [1, 1_000]) {
    assert.deepEqual(titles((await readAll(ada, { status: 'open', limit })).pages.flat()), remaining);
    assert.deepEqual(titles((await readAll(ada, { status: 'complete', limit })).pages.flat()), done);
  }
});

test('a cursor belongs to the part that gave it', async () => {
  const ada = await person();
  await fill(ada);
  const { next_cursor: cursor } = await readPage(ada, { status: 'open', limit: 1 });
  for (const status of ['&status=complete', ''])
    assert.equal((await ada.call('GET', `/api/v1/snapshot?cursor=${cursor}${status}`)).status, 422);
  assert.equal((await ada.call('GET', '/api/v1/snapshot?status=pending')).status, 422);
});

test('with the changes after its seq, a snapshot is complete whatever moves between its pages', async () => {
  const ada = await person();
  const tasks = await fill(ada);
  const idOf = (title: string) => tasks.get(title)?.id;
  const moves = [
    () => complete(ada, { id: idOf('undated') as string }),
    () => ada.call('POST', `/api/v1/tasks/${idOf('done first')}/reopen`),
    () => ada.call('PATCH', `/api/v1/tasks/${idOf('undated, too')}`, { due_date: '2026-01-01' }),
    () => ada.call('PATCH', `/api/v1/tasks/${idOf('later')}`, { due_date: null }),
    () => create(ada, { title: 'created meanwhile', due_date: '2026-01-02' }),
    () => ada.call('DELETE', `/api/v1/tasks/${idOf('sooner')}`),
  ];
  const { seq, pages } = await readAll(ada, { limit: 1 }, (page) => moves[page - 1]?.() ?? Promise.resolve());
  const { changes } = (await ada.call<ChangePage>('GET', `/api/v1/changes?since=${seq}`)).body;
  assert.equal(changes.length, Math.min(moves.length, pages.length - 1));
  const known = new Map<string, Task>();
  for (const task of [...pages.flat(), ...changes.map(({ payload }) => payload)])
    if (task.version >= (known.get(task.id)?.version ?? 0)) known.set(task.id, task);
  const live = [...known.values()].filter(({ deleted_at: deletedAt }) => deletedAt === null);
  const now = (await readAll(ada)).pages.flat();
  const byId = (one: Task, other: Task) => (one.id < other.id ? -1 : 1);
  assert.deepEqual(live.toSorted(byId), now.toSorted(byId));
});

test('rows of a former release are in it, also if they get their columns between two pages', async () => {
  const ada = await person();
  await fill(ada);
  await query(
    url,
    `UPDATE todo_service.tasks SET completed_at = NULL, search = setweight(search, 'A') WHERE workspace_id = $1`,
    [ada.id],
  );
  const database = openDatabase<Tables>(url, 'rows of a former release', 1);
  after(() => database.destroy());
  const read = async (cursor?: string) =>
    JSON.parse(
      await readSnapshot({ database }, ada.id, { limit: 5, ...(cursor && { cursor }) }),
    ) as SnapshotPage;
  const first = await read();
  await query(
    url,
    `UPDATE todo_service.tasks SET completed_at = (task ->> 'completed_at')::timestamptz WHERE workspace_id = $1`,
    [ada.id],
  );
  const second = await read(first.next_cursor as string);
  assert.deepEqual(
    new Set(titles([...first.tasks, ...second.tasks])),
    new Set([...open, ...done]),
    'each task is on a page',
  );
  assert.equal(second.next_cursor, null);
});
