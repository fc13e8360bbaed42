import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person } = await startTestService({ after }, todoService);

test('lists and labels are returned with their number of open tasks', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', {
    title: 'x',
    list: 'home',
    labels: ['a', 'b'],
  });
  assert.deepEqual((await ada.call('GET', '/api/v1/lists')).body, [{ name: 'home', open_tasks: 1 }]);
  assert.deepEqual((await ada.call('GET', '/api/v1/labels')).body, [
    { name: 'a', open_tasks: 1 },
    { name: 'b', open_tasks: 1 },
  ]);
});
