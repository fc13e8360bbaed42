/** The CalDAV server, as a client library from PyPI uses it, through the gateway. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Task } from '@rondo/shared/contracts/task';
import { openKillableHost } from '../support/killable-host.ts';
import { pythonTools, toolsDirectory } from './support/tools.ts';

test('the client caldav finds the tasks and syncs them both ways', { timeout: 240_000 }, async (t) => {
  const tools = pythonTools();
  if ('missing' in tools) return t.skip(tools.missing);
  const host = await openKillableHost(t, ['ada']);
  const [ada] = host.people;
  assert.ok(ada);
  const { password } = (await ada.call('POST', '/api/v1/app-passwords', { name: 'test' })).body as {
    password: string;
  };
  await ada.call('POST', '/api/v1/tasks', { title: 'Made in the product' });
  const script = join(toolsDirectory, 'sync_by_caldav.py');
  const { stdout } = await promisify(execFile)(join(tools.bin, 'python'), [
    script,
    `${host.current().endpoints.url}/dav/`,
    password,
  ]);
  assert.deepEqual(JSON.parse(stdout), {
    arrived: ['Call the bank', 'No more needed', 'Water the plants'],
    later: 3,
    open: ['Call the bank again', 'Made in the product'],
    kept: 'green',
    completed: 'COMPLETED',
  });
  const { tasks } = await ada.snapshot();
  const plants = tasks.find(({ title }) => title === 'Water the plants') as Task;
  assert.deepEqual([plants.status, plants.due_date, plants.priority], ['complete', '2027-03-10', 1]);
  assert.ok(!tasks.some(({ title }) => title === 'No more needed'));
});
