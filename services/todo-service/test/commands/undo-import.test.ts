import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'undo import test', 1);
after(() => pool.end());

type Report = { import_id: string | null; imported: number };
type Undone = { undone: number; kept: number; remaining: number };
type Listed = { id: string; format: string; tasks: number; undone_at: string | null };

const todo = (uid: string, ...lines: string[]) =>
  ['BEGIN:VTODO', `UID:${uid}`, `SUMMARY:${uid}`, ...lines, 'END:VTODO'].join('\r\n');
const importBy = async (owner: TestPerson, ...todos: string[]) =>
  (
    await owner.call<Report>('POST', '/api/v1/calendar-import', calendarOf(...todos), {
      'content-type': 'text/calendar',
    })
  ).body;
const undoBy = async (owner: TestPerson, id: string | null) =>
  (await owner.call<Undone>('POST', `/api/v1/imports/${id}/undo`)).body;
const titlesOf = async (owner: TestPerson, query = '') =>
  (await owner.call<{ tasks: Task[] }>('GET', `/api/v1/tasks?limit=100${query}`)).body.tasks
    .map(({ title }) => title)
    .toSorted();
const taskOf = async (owner: TestPerson, title: string) => {
  const { tasks } = (await owner.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body;
  const found = tasks.find((task) => task.title === title);
  assert.ok(found, title);
  return found;
};
const listOf = async (owner: TestPerson) => (await owner.call<Listed[]>('GET', '/api/v1/imports')).body;

test('an import is listed, and undone by its id; undone again it changes nothing', async () => {
  const [ada, eve] = [await person(), await person()];
  const { import_id: id } = await importBy(ada, todo('a'), todo('b', 'RELATED-TO:a'));
  assert.deepEqual(
    (await listOf(ada)).map(({ id, format, tasks, undone_at }) => ({ id, format, tasks, undone_at })),
    [{ id, format: 'calendar', tasks: 2, undone_at: null }],
  );
  assert.deepEqual(await listOf(eve), []);
  assert.equal((await eve.call('POST', `/api/v1/imports/${id}/undo`)).status, 404);
  assert.equal((await ada.call('POST', `/api/v1/imports/${v7()}/undo`)).status, 404);
  assert.deepEqual(await undoBy(ada, id), { undone: 2, kept: 0, remaining: 0 });
  assert.deepEqual(await titlesOf(ada), []);
  assert.deepEqual(await titlesOf(ada, '&trash=true'), ['a', 'b']);
  assert.notEqual((await listOf(ada))[0]?.undone_at, null);
  assert.deepEqual(await undoBy(ada, id), { undone: 0, kept: 0, remaining: 0 });
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 404);
});

test('an import of nothing is not listed', async () => {
  const ada = await person();
  assert.equal((await importBy(ada, todo('a', 'STATUS:CANCELLED'))).import_id, null);
  assert.deepEqual(await listOf(ada), []);
});

test('what was changed since stays, with the tasks above it, and is counted', async () => {
  const ada = await person();
  const { import_id: id } = await importBy(
    ada,
    todo('top'),
    todo('middle', 'RELATED-TO:top'),
    todo('changed', 'RELATED-TO:middle'),
    todo('other'),
    todo('deleted'),
  );
  await ada.call('PATCH', `/api/v1/tasks/${(await taskOf(ada, 'changed')).id}`, { priority: 1 });
  await ada.call('DELETE', `/api/v1/tasks/${(await taskOf(ada, 'deleted')).id}`);
  assert.deepEqual(await undoBy(ada, id), { undone: 1, kept: 4, remaining: 0 });
  assert.deepEqual(await titlesOf(ada), ['changed', 'middle', 'top']);
});

test("a person's own subtask below an imported task keeps that task", async () => {
  const ada = await person();
  const { import_id: id } = await importBy(ada, todo('top'), todo('other'));
  await ada.call('POST', '/api/v1/tasks', { title: 'mine', parent_id: (await taskOf(ada, 'top')).id });
  assert.deepEqual(await undoBy(ada, id), { undone: 1, kept: 1, remaining: 0 });
  assert.deepEqual(await titlesOf(ada), ['mine', 'top']);
});

test('a change that was undone is no change since', async () => {
  const ada = await person();
  const { import_id: id } = await importBy(ada, todo('a'));
  await ada.call('PATCH', `/api/v1/tasks/${(await taskOf(ada, 'a')).id}`, { priority: 1 });
  await ada.call('POST', '/api/v1/undo');
  assert.deepEqual(await undoBy(ada, id), { undone: 1, kept: 0, remaining: 0 });
});

test('a restored task returns to the trash as it was', async () => {
  const ada = await person();
  await importBy(ada, todo('a'));
  const { id: taskId } = await taskOf(ada, 'a');
  await ada.call('PATCH', `/api/v1/tasks/${taskId}`, { title: 'renamed', priority: 1 });
  await ada.call('DELETE', `/api/v1/tasks/${taskId}`);
  const { import_id: id, imported } = await importBy(ada, todo('a'));
  assert.equal(imported, 1);
  assert.deepEqual(await undoBy(ada, id), { undone: 1, kept: 0, remaining: 0 });
  assert.deepEqual(await titlesOf(ada, '&trash=true'), ['renamed']);
});

test('one undo of the last batch undoes all of them, also with changes of others between them', async () => {
  const ada = await person();
  const earlier = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'earlier' })).body;
  const todos = Array.from({ length: 1_001 }, (_, n) => todo(`t${n}`));
  const during = async () => {
    for (let n = 0; n < 20; n += 1)
      await ada.call('PATCH', `/api/v1/tasks/${earlier.id}`, { title: `earlier ${n}` });
  };
  const [{ imported, import_id: id }] = await Promise.all([importBy(ada, ...todos), during()]);
  assert.equal(imported, 1_001);
  const key = { 'idempotency-key': v7() };
  const undo = async () =>
    (await ada.call<{ tasks: Task[]; import?: Undone }>('POST', '/api/v1/undo', undefined, key)).body;
  // The renames that came after the last batch are undone first.
  let undone = (await ada.call<{ tasks: Task[]; import?: Undone }>('POST', '/api/v1/undo', undefined, {}))
    .body;
  for (let n = 0; n < 20 && !undone.import; n += 1)
    undone = (await ada.call<{ tasks: Task[]; import?: Undone }>('POST', '/api/v1/undo', undefined, {})).body;
  assert.deepEqual(undone.import, { undone: 1_001, kept: 0, remaining: 0 });
  assert.equal(undone.tasks.length, 500);
  assert.equal((await ada.call<{ total: number }>('GET', '/api/v1/tasks')).body.total, 1);
  assert.notEqual((await listOf(ada)).find((one) => one.id === id)?.undone_at, null);
  assert.equal((await undo()).import, undefined, 'the next undo reverts the command before the import');
});

test('a retried undo of an import gets the first answer', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'earlier' });
  await importBy(ada, ...Array.from({ length: 501 }, (_, n) => todo(`t${n}`)));
  const key = { 'idempotency-key': v7() };
  const first = await ada.call('POST', '/api/v1/undo', undefined, key);
  const again = await ada.call('POST', '/api/v1/undo', undefined, key);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.deepEqual(again.body, first.body);
  assert.deepEqual(await titlesOf(ada), ['earlier']);
});

test('an import with an Idempotency-Key that was cut off goes on as the same import, and nothing exists twice', async () => {
  const ada = await person();
  const many = Array.from({ length: 700 }, (_, n) => todo(`task ${n}`));
  const headers = { 'content-type': 'text/calendar', 'idempotency-key': v7() };
  const tryImport = async () =>
    (await ada.call<Report>('POST', '/api/v1/calendar-import', calendarOf(...many), headers)).body;
  const first = await tryImport();
  assert.equal(first.imported, 700);
  assert.deepEqual(await tryImport(), first);

  // As a process leaves it that dies before the last batch.
  await pool.query("DELETE FROM todo_service.idempotency_keys WHERE route = 'POST /api/v1/calendar-import'");
  const { tasks } = (await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=1')).body;
  const id = tasks[0]?.id ?? assert.fail('there is no task');
  await ada.call('DELETE', `/api/v1/tasks/${id}`);
  const rest = await tryImport();
  assert.deepEqual([rest.imported, rest.import_id], [1, first.import_id]);
  assert.deepEqual(await tryImport(), rest, 'what is left has the key');
  assert.equal((await listOf(ada)).length, 1);
  const { body } = await ada.call<{ total: number }>('GET', '/api/v1/tasks');
  assert.equal(body.total, 700);
  const undone = { 'idempotency-key': v7() };
  const undo = () => ada.call<Undone>('POST', `/api/v1/imports/${first.import_id}/undo`, undefined, undone);
  const answer = (await undo()).body;
  assert.deepEqual([answer.undone, answer.remaining], [700, 0]);
  await ada.call('POST', `/api/v1/tasks/${id}/restore`);
  assert.deepEqual((await undo()).body, answer);
});
