import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '@rondo/shared/database/database';
import { startTestService } from '@rondo/shared/test/service';
import { query } from '@rondo/postgres/test/query';
import { pruneObjects } from '../../src/caldav/store/prune-objects.ts';
import type { Tables } from '../../src/store/tables.ts';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient } from '../support/dav-client.ts';

const { person, service, database_url } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(database_url, 'tests', 1);
after(() => database.destroy());

test('what clients said of a task is deleted when the task is purged and its events are pruned', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  await dav.put('kept.ics', ['UID:kept', 'SUMMARY:kept']);
  await dav.put('gone.ics', ['UID:gone', 'SUMMARY:gone']);
  await dav.send('DELETE', `${collection}gone.ics`);
  const { deleteBatch } = pruneObjects(database);
  const prune = () => deleteBatch('', 100);
  assert.equal(await prune(), 0);
  await ada.call('DELETE', '/api/v1/trash');
  assert.equal(await prune(), 0);
  const pruned = `DELETE FROM todo_service.events WHERE workspace_id = $1`;
  await query(database_url, pruned, [ada.id]);
  assert.deepEqual([await prune(), await prune()], [1, 0]);
  assert.match(await dav.get('kept.ics'), /SUMMARY:kept/);
});

test('a sync token whose events were pruned is refused', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  const { token } = await dav.sync();
  await dav.put('a.ics', ['SUMMARY:a']);
  await query(database_url, 'UPDATE todo_service.workspaces SET pruned_seq = 1 WHERE id = $1', [ada.id]);
  assert.match((await dav.sync(token)).text, /<D:valid-sync-token\/>/);
});
