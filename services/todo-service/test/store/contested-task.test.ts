import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, service, startReplica } = await startTestService({ after }, todoService);
const replica = await startReplica();

/** Calls two replicas in turn, without waiting for the answer before. */
function contend({ token }: TestPerson, requests: [method: string, path: string, body?: unknown][]) {
  return Promise.all(
    requests.map(async ([method, path, body], index) => {
      const { url } = index % 2 === 0 ? service : replica;
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    }),
  );
}

const create = async (who: TestPerson, draft: object) =>
  (await who.call<Task>('POST', '/api/v1/tasks', draft)).body;

test('changes without a precondition are all applied, however many change the task at once, from two replicas', async () => {
  const ada = await person();
  const task = await create(ada, { title: 'contested' });
  const path = `/api/v1/tasks/${task.id}`;
  const answers = await contend(
    ada,
    [
      ...Array.from({ length: 40 }, (_, n) => ['PATCH', path, { labels: [`n${n}`] }] as const),
      ...Array.from({ length: 10 }, (_, n) => ['PUT', path, { title: `put ${n}` }] as const),
    ].map(([method, to, body]) => [method, to, body]),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const { changes } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body;
  assert.deepEqual(
    changes.map(({ version }) => version),
    Array.from({ length: 51 }, (_, n) => n + 1),
  );
});

test('completing, reopening and deleting among other changes never fail for their version', async () => {
  const ada = await person();
  const [done, deleted] = [await create(ada, { title: 'done' }), await create(ada, { title: 'deleted' })];
  const parent = await create(ada, { title: 'parent' });
  const patches = (id: string, count: number) =>
    Array.from({ length: count }, (_, n): [string, string, unknown] => [
      'PATCH',
      `/api/v1/tasks/${id}`,
      n % 5 === 0 ? { parent_id: n % 2 === 0 ? parent.id : null } : { labels: [`n${n}`] },
    ]);
  const answers = await contend(ada, [
    ...patches(done.id, 15),
    ['POST', `/api/v1/tasks/${done.id}/complete`],
    ...patches(done.id, 15),
    ...patches(deleted.id, 15),
    ['DELETE', `/api/v1/tasks/${deleted.id}`],
    ...patches(deleted.id, 15),
  ]);
  const statuses = answers.map(({ status }) => status);
  assert.deepEqual([statuses[15], statuses[46]], [200, 204]);
  assert.deepEqual(
    statuses.filter((status) => ![200, 204].includes(status) && status !== 404),
    [],
    'a change after the deletion is 404',
  );
  assert.ok(statuses.slice(0, 31).every((status) => status === 200));
  const reopened = await contend(ada, [
    ...patches(done.id, 9),
    ['POST', `/api/v1/tasks/${done.id}/reopen`],
    ...patches(done.id, 9),
  ]);
  assert.deepEqual(new Set(reopened.map(({ status }) => status)), new Set([200]));
});

test('with a precondition only one of the changes is applied, and the others are 412', async () => {
  const ada = await person();
  const task = await create(ada, { title: 'contested' });
  const answers = await contend(
    ada,
    Array.from({ length: 10 }, (_, n) => [
      'PATCH',
      `/api/v1/tasks/${task.id}`,
      { version: 1, labels: [`n${n}`] },
    ]),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, ...Array.from({ length: 9 }, () => 412)],
  );
});
