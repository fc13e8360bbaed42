/** The CalDAV server, as a client library from PyPI uses it, through the gateway. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
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

test(
  'a client and the product change the dates of one series, and both have the same',
  { timeout: 240_000 },
  async (t) => {
    const tools = pythonTools();
    if ('missing' in tools) return t.skip(tools.missing);
    const host = await openKillableHost(t, ['ada']);
    const [ada] = host.people;
    assert.ok(ada);
    const { password } = (await ada.call('POST', '/api/v1/app-passwords', { name: 'test' })).body as {
      password: string;
    };
    const inClient = async (step: string): Promise<string[]> => {
      const script = join(toolsDirectory, 'series_by_caldav.py');
      const url = `${host.current().endpoints.url}/dav/`;
      const { stdout } = await promisify(execFile)(join(tools.bin, 'python'), [script, url, password, step]);
      return JSON.parse(stdout) as string[];
    };
    /** The open occurrence and the dates after it, once the schedule has as many. */
    const inProduct = async (id: string, expected: string[]): Promise<void> => {
      const read = async () => {
        const { status, body } = await ada.call('GET', `/api/v1/schedules/${id}`);
        const { current_date: current, next_occurrences: next } = body as ScheduleWithHistory;
        return status === 200 ? [current, ...next].slice(0, expected.length) : [];
      };
      await eventually(async () => isDeepStrictEqual(await read(), expected), {
        what: expected.join(),
        timeout_ms: 30_000,
      });
    };
    const [january5, january12, january14, january19, january20, ...later] = [
      '2037-01-05',
      '2037-01-12',
      '2037-01-14',
      '2037-01-19',
      '2037-01-20',
      '2037-01-26',
      '2037-02-02',
      '2037-02-09',
    ] as const;
    assert.deepEqual(await inClient('make'), [january5, january12, january19, ...later]);
    const task = (await ada.snapshot()).tasks.find(({ title }) => title === 'Water') as Task;
    await inProduct(task.id, [january5, january12, january19, ...later]);
    assert.deepEqual(await inClient('leave-out'), [january5, january19, ...later]);
    await inProduct(task.id, [january5, january19, ...later]);
    assert.deepEqual(await inClient('add'), [january5, january14, january19, ...later]);
    await inProduct(task.id, [january5, january14, january19, ...later]);
    assert.deepEqual(await inClient('move'), [january5, january14, january20, ...later]);
    await inProduct(task.id, [january5, january14, january20, ...later]);
    // The other direction: the product leaves out one more, and removes what the client added.
    const { body } = await ada.call('GET', `/api/v1/tasks/${task.id}`);
    const { exdates = [] } = body as Task;
    await ada.call('PATCH', `/api/v1/tasks/${task.id}`, {
      exdates: [...exdates, later[0]],
      rdates: [january20],
    });
    assert.deepEqual(await inClient('read'), [january5, january20, ...later.slice(1)]);
    await inProduct(task.id, [january5, january20, ...later.slice(1)]);
    // What was completed goes on with the same dates, as another object.
    await ada.call('POST', `/api/v1/tasks/${task.id}/complete`);
    const successor = successorIdOf(task.id);
    await eventually(async () => (await ada.call('GET', `/api/v1/tasks/${successor}`)).status === 200);
    const { body: next } = await ada.call('GET', `/api/v1/tasks/${successor}`);
    assert.equal((next as Task).due_date, january20);
  },
);
