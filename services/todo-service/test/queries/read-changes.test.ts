import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, sidecar, database_url: databaseUrl } = await startTestService({ after }, todoService);

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

test('feed, snapshot and published events name the history; after a new one begins, the old one is refused', async () => {
  const ada = await person();
  const published = async (title: string) => {
    await ada.call('POST', '/api/v1/tasks', { title });
    const found = await eventually(() =>
      sidecar.accepted.find(({ event }) => (event['payload'] as { title: string }).title === title),
    );
    return found.envelope['historyid'];
  };
  const changes = async (history: string, since = 0) =>
    ada.call<ChangePage & { code: string }>('GET', `/api/v1/changes?since=${since}${history}`);
  const { history_id: before } = (await changes('')).body;
  assert.match(before, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(Math.abs(Number.parseInt(before.replace('-', '').slice(0, 12), 16) - Date.now()) < 600_000);
  assert.equal((await ada.call<SnapshotPage>('GET', '/api/v1/snapshot')).body.history_id, before);
  assert.equal(await published('one'), before);
  assert.equal((await changes(`&history_id=${before}`)).status, 200);

  // As after a restore, on a machine whose clock was an hour ahead when the history before began.
  const ahead = (Date.now() + 3_600_000).toString(16).padStart(12, '0');
  const fromTheFuture = `${ahead.slice(0, 8)}-${ahead.slice(8)}-7000-8000-000000000000`;
  await query(databaseUrl, 'UPDATE todo_service.history SET id = $1', [fromTheFuture]);
  await query(databaseUrl, 'SELECT todo_service.start_history()');
  const now = (await changes('')).body.history_id;
  assert.ok(now > fromTheFuture, 'a later history has a greater id');
  assert.equal(await published('two'), now);
  for (const since of [0, 1, 9]) {
    const { status, body } = await changes(`&history_id=${before}`, since);
    assert.deepEqual([status, body.code], [409, 'history-changed'], String(since));
  }
  assert.equal((await changes(`&history_id=${now}`)).body.changes.length, 2);
  assert.equal(
    (await changes('')).body.changes.length,
    2,
    'a client that sends no history is answered as before',
  );
  assert.equal((await changes('&history_id=1')).status, 422);
});
