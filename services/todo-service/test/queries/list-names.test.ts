import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { openDatabase } from '@rondo/shared/database/database';
import { rowsReadBy } from '@rondo/shared/test/rows-read';
import { startTestService } from '@rondo/shared/test/service';
import { createNameCounts } from '../../src/queries/list-names.ts';
import { service as todoService } from '../../src/service.ts';
import type { Tables } from '../../src/store/tables.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(url, 'names test', 1);
after(() => database.destroy());

test('lists and labels are returned with their number of open tasks, as of the last change', async () => {
  const ada = await person();
  const namesOf = async (what: string) => (await ada.call('GET', `/api/v1/${what}`)).body;
  assert.deepEqual([await namesOf('lists'), await namesOf('labels')], [[], []]);
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', {
    title: 'x',
    list: 'home',
    labels: ['a', 'b'],
  });
  const [home, a, b] = ['home', 'a', 'b'].map((name) => ({ name, open_tasks: 1 }));
  assert.deepEqual([await namesOf('lists'), await namesOf('labels')], [[home], [a, b]]);
  await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { labels: ['b'] });
  assert.deepEqual([await namesOf('lists'), await namesOf('labels')], [[home], [b]]);
  await ada.call('POST', `/api/v1/tasks/${task.id}/complete`);
  assert.deepEqual(await namesOf('labels'), [{ name: 'b', open_tasks: 0 }]);
  await ada.call('DELETE', `/api/v1/tasks/${task.id}`);
  assert.deepEqual([await namesOf('lists'), await namesOf('labels')], [[], []]);
  await ada.call('POST', '/api/v1/undo', {});
  assert.deepEqual(await namesOf('labels'), [{ name: 'b', open_tasks: 0 }]);
  const eve = await person();
  assert.deepEqual((await eve.call('GET', '/api/v1/labels')).body, []);
});

test('the tasks of a workspace that has not changed are read once', async () => {
  const ada = await person();
  for (const list of ['home', 'work'])
    await ada.call('POST', '/api/v1/tasks', { title: 'x', list, labels: ['a'] });
  const rowsOf = (times: number) =>
    rowsReadBy(database, 'todo_service.tasks', async (trx) => {
      const countNames = createNameCounts({ database: trx });
      for (let n = 0; n < times; n += 1)
        for (const what of ['lists', 'labels'] as const) await countNames(what, ada.id);
    });
  const once = await rowsOf(1);
  assert.ok(once >= 4);
  assert.equal(await rowsOf(3), once);
});
