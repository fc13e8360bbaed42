import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { query } from '@rondo/postgres/test/query';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { seedUndoneImport, seedVersions } from '../support/seed-events.ts';

const { person, database_url: databaseUrl } = await startTestService({ after }, todoService);

// The planner knows one workspace, and learns of no other one.
await query(databaseUrl, 'ALTER TABLE todo_service.events SET (autovacuum_enabled = false)');
await seedVersions(databaseUrl, v7(), { count: 5_000, description: 'known', changed: ['priority'] });
await query(databaseUrl, 'ANALYZE todo_service.events');

test('the last change is undone beside 12,000 events of a workspace that no statistics know', async () => {
  const ada = await person();
  await seedVersions(databaseUrl, ada.id, {
    count: 12_000,
    description: 'unknown',
    changed: ['priority'],
  });
  const { id } = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'new' })).body;
  const undone = await ada.call<{ tasks: Task[] }>('POST', '/api/v1/undo');
  assert.deepEqual([undone.status, undone.body.tasks.map((task) => task.id)], [200, [id]]);
});

test('an import of 12,000 tasks that was undone is undone again', async () => {
  const ada = await person();
  const importId = await seedUndoneImport(databaseUrl, ada.id, 12_000);
  const { status, body } = await ada.call('POST', `/api/v1/imports/${importId}/undo`);
  assert.deepEqual([status, body], [200, { undone: 0, kept: 0, remaining: 0 }]);
});
