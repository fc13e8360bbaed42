import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, todo } from '../support/dav-client.ts';

const { person, service, database_url: databaseUrl } = await startTestService({ after }, todoService);

/** As a restore does. Versions and seqs stay, so whatever is known of them repeats: in the next history they mean something else. */
const startHistory = () => query(databaseUrl, 'SELECT todo_service.start_history()');

const create = (ada: TestPerson, more: object = {}) =>
  ada.call<Task>('POST', '/api/v1/tasks', { title: 'one', ...more });

test('after a restore, no way to write accepts what a client knows of the history before', async () => {
  const ada = await person();
  const { body: parent } = await create(ada);
  const { body: feed } = await ada.call<ChangePage>('GET', '/api/v1/changes?since=0');
  const known = { version: 1, history_id: feed.history_id };
  const ways: Record<string, (task: Task, ifMatch: Record<string, string>) => Promise<{ status: number }>> = {
    PATCH: ({ id }, ifMatch) => ada.call('PATCH', `/api/v1/tasks/${id}`, { title: 'x' }, ifMatch),
    PUT: ({ id }, ifMatch) => ada.call('PUT', `/api/v1/tasks/${id}`, { title: 'x' }, ifMatch),
    DELETE: ({ id }, ifMatch) => ada.call('DELETE', `/api/v1/tasks/${id}`, undefined, ifMatch),
    complete: ({ id }, ifMatch) => ada.call('POST', `/api/v1/tasks/${id}/complete`, undefined, ifMatch),
    restore: ({ id }, ifMatch) => ada.call('POST', `/api/v1/tasks/${id}/restore`, undefined, ifMatch),
    revert: ({ id }, ifMatch) => ada.call('POST', `/api/v1/tasks/${id}/revert`, { to_version: 1 }, ifMatch),
    move: ({ id }, ifMatch) => ada.call('POST', `/api/v1/tasks/${id}/move`, { after: parent.id }, ifMatch),
    'the body of a move': ({ id }) =>
      ada.call('POST', `/api/v1/tasks/${id}/move`, { after: parent.id, ...known }),
    'a move below another task': ({ id }, ifMatch) =>
      ada.call('PATCH', `/api/v1/tasks/${id}`, { parent_id: parent.id }, ifMatch),
    'the body of a PATCH': ({ id }) => ada.call('PATCH', `/api/v1/tasks/${id}`, { title: 'x', ...known }),
    'the body of a PUT': ({ id }) => ada.call('PUT', `/api/v1/tasks/${id}`, { title: 'x', ...known }),
    'the body of a revert': ({ id }) =>
      ada.call('POST', `/api/v1/tasks/${id}/revert`, { to_version: 1, ...known }),
    'only the history': ({ id }) =>
      ada.call('PATCH', `/api/v1/tasks/${id}`, { title: 'x', history_id: feed.history_id }),
    'a bulk': ({ id }) =>
      ada.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'complete', id, ...known }] }),
  };
  const tasks = new Map<string, { task: Task; ifMatch: Record<string, string> }>();
  for (const what of Object.keys(ways)) {
    const { body: task, headers } = await create(ada);
    tasks.set(what, { task, ifMatch: { 'if-match': headers.get('etag') ?? '' } });
  }
  await startHistory();
  for (const [what, use] of Object.entries(ways)) {
    const { task, ifMatch } = tasks.get(what) ?? assert.fail(what);
    const { status } = await use(task, ifMatch);
    assert.equal(status, 412, what);
    const { body, headers } = await ada.call<Task>('GET', `/api/v1/tasks/${task.id}`, undefined, {
      'if-none-match': ifMatch['if-match'] ?? '',
    });
    assert.deepEqual(body, task, `${what}: it is read again, and unchanged`);
    const next = { 'if-match': headers.get('etag') ?? '' };
    assert.equal((await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'y' }, next)).status, 200);
  }
});

test('what a client knows of this history is accepted, by ETag and by body, and a version without a history', async () => {
  const ada = await person();
  const { body: task } = await create(ada);
  const path = `/api/v1/tasks/${task.id}`;
  const { headers } = await ada.call('GET', path);
  const { history_id } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body;
  assert.equal(headers.get('etag'), `"1-${history_id.slice(-12)}"`, 'a client of the feed can write it');
  const bodies = [
    { title: 'two', version: 1, history_id },
    { title: 'three', version: 2 },
    { title: 'four', history_id },
  ];
  for (const [index, body] of bodies.entries()) {
    const answer = await ada.call<Task>('PATCH', path, body);
    assert.deepEqual([answer.status, answer.body.version], [200, index + 2]);
    assert.ok(!('history_id' in answer.body), 'it is no field of a task');
  }
  const operations = [{ op: 'patch', id: task.id, title: 'five', version: 4, history_id }];
  assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', { operations })).status, 200);
  assert.equal((await ada.call('PATCH', path, { title: 'x', version: 4, history_id })).status, 412);
});

test('the answers of commands get the ETag of the new history, also where the old one was known', async () => {
  const ada = await person();
  const { headers: before } = await create(ada);
  await startHistory();
  // A second at most, and until then its ETag is one of the history before, which no write accepts.
  await eventually(async () => {
    const { body: task, headers } = await create(ada);
    const read = await ada.call('GET', `/api/v1/tasks/${task.id}`);
    assert.notEqual(read.headers.get('etag'), before.get('etag'));
    return headers.get('etag') === read.headers.get('etag');
  });
});

test('a calendar app reads objects of another history again, and does not overwrite them', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  const names = ['put.ics', 'deleted.ics'];
  for (const name of names) await dav.put(name, [`UID:${name}`, 'SUMMARY:one']);
  const etagOf = async (name: string) =>
    (await dav.send('GET', `${collection}${name}`)).headers.get('etag') ?? '';
  const [put = '', deleted = ''] = await Promise.all(names.map(etagOf));
  const { objects } = await dav.sync();
  await startHistory();
  const again = await dav.send('GET', `${collection}put.ics`, undefined, { 'if-none-match': put });
  assert.equal(again.status, 200);
  assert.equal((await dav.put('put.ics', ['UID:put.ics', 'SUMMARY:x'], { 'if-match': put })).status, 412);
  const removal = await dav.send('DELETE', `${collection}deleted.ics`, undefined, { 'if-match': deleted });
  assert.equal(removal.status, 412);
  const fresh = (await dav.sync()).objects;
  assert.deepEqual(Object.keys(fresh).toSorted(), Object.keys(objects).toSorted());
  for (const name of names) {
    assert.notEqual(fresh[name], objects[name]);
    assert.equal(fresh[name], await etagOf(name));
  }
  const changed = todo('UID:put.ics', 'SUMMARY:two');
  const headers = { 'content-type': 'text/calendar', 'if-match': await etagOf('put.ics') };
  assert.equal((await dav.send('PUT', `${collection}put.ics`, changed, headers)).status, 204);
});

test('the feed of a calendar has another ETag in another history', async () => {
  const ada = await person();
  const { path } = (await ada.call<{ path: string }>('POST', '/api/v1/calendar-feed')).body;
  const etag = (await fetch(`${service.url}${path}`)).headers.get('etag') ?? '';
  const statusOf = async () =>
    (await fetch(`${service.url}${path}`, { headers: { 'if-none-match': etag } })).status;
  assert.equal(await statusOf(), 304);
  await startHistory();
  assert.equal(await statusOf(), 200);
});

test('a snapshot that was begun in another history is 409, and begins again', async () => {
  const ada = await person();
  for (let n = 0; n < 3; n += 1) await create(ada);
  const read = (more = '') =>
    ada.call<SnapshotPage & { code: string }>('GET', `/api/v1/snapshot?limit=2${more}`);
  const { body: first } = await read();
  assert.equal((await read(`&cursor=${first.next_cursor}`)).body.tasks.length, 1);
  await startHistory();
  const { status, body } = await read(`&cursor=${first.next_cursor}`);
  assert.deepEqual([status, body.code], [409, 'history-changed']);
  assert.notEqual((await read()).body.history_id, first.history_id);
});
