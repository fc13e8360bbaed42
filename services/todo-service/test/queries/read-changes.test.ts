import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person } = await startTestService({ after }, todoService);

test('the feed has no gap and reports its head; a snapshot and the changes after it are complete', async () => {
  const ada = await person();
  for (const n of [1, 2, 3]) await ada.call('POST', '/api/v1/tasks', { title: `t${n}` });
  const first = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0&limit=2')).body;
  assert.deepEqual([first.changes.map(({ seq }) => seq), first.head, first.has_more], [[1, 2], 3, true]);
  const rest = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=2')).body;
  assert.deepEqual([rest.changes.map(({ seq }) => seq), rest.has_more], [[3], false]);
  assert.deepEqual((await ada.call<ChangePage>('GET', '/api/v1/changes?since=3')).body.changes, []);
  assert.equal((await ada.call('GET', '/api/v1/changes?since=4')).body['code'], 'ahead-of-head');
  const page = (await ada.call<SnapshotPage>('GET', '/api/v1/snapshot?limit=2')).body;
  await ada.call('POST', '/api/v1/tasks', { title: 'later' });
  const next = (await ada.call<SnapshotPage>('GET', `/api/v1/snapshot?cursor=${page.next_cursor}`)).body;
  assert.deepEqual([page.seq, next.seq, page.tasks.length + next.tasks.length], [3, 3, 4]);
});
