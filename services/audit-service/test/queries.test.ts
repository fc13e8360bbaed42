import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AuditPage, AuditRecord } from '@rondo/shared/contracts/audit-record';
import { topics } from '@rondo/shared/contracts/topics';
import { openDatabase } from '@rondo/shared/database/database';
import { rowsReadBy } from '@rondo/shared/test/rows-read';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { listRecords, type RecordFilter } from '../src/queries/list-records.ts';
import type { Tables } from '../src/store/tables.ts';
import { events, startAudit, taskId } from './support/audit.ts';

const { person, send, database_url: url } = await startAudit({ after });
const database = openDatabase<Tables>(url, 'audit test', 1);
after(() => database.destroy());

test('filters, pages and finds records, only of the own workspace', async () => {
  const [ada, eve] = [await person(), await person()];
  const all = events(ada, 6).map((one, index) =>
    index === 2
      ? { ...one, event_type: 'task-completed' as const, timestamp: '2026-04-01T00:00:00.000Z' }
      : one,
  );
  await send(...all);
  const page = async (query: string) => (await ada.call<AuditPage>('GET', `/api/v1/audit?${query}`)).body;
  const first = await page('limit=4');
  assert.deepEqual([first.records.map(({ position }) => position), first.total], [[6, 5, 4, 3], 6]);
  assert.deepEqual(
    (await page(`limit=4&cursor=${first.next_cursor}`)).records.map(({ position }) => position),
    [2, 1],
  );
  assert.deepEqual(
    (await page('limit=2&offset=2')).records.map(({ position }) => position),
    [4, 3],
  );
  const matches = async (query: string) => {
    const { records, total } = await page(query);
    assert.equal(total, null, 'a count of matches would read all of them');
    return records.length;
  };
  assert.equal(await matches('event_type=task-completed'), 1);
  assert.equal(await matches('from=2026-03-15T00:00:00Z'), 1);
  assert.equal(await matches('to=2026-03-15T00:00:00Z'), 5);
  assert.equal(await matches(`actor=${eve.id}`), 0);
  assert.equal(await matches(`task_id=${taskId}&source=api`), 6);
  const [last] = first.records;
  assert.ok(last);
  assert.deepEqual([last.event_id, last.source_service], [last.id, 'todo-service']);
  const writers = serviceRegistry.filter((service) => service.topics.produces.includes(topics.taskEvents));
  assert.deepEqual(
    [last.source_service],
    writers.map(({ name }) => name),
  );
  assert.deepEqual((await ada.call<AuditRecord>('GET', `/api/v1/audit/${last.id}`)).body, last);
  assert.equal((await eve.call('GET', `/api/v1/audit/${last.id}`)).status, 404);
  assert.equal((await eve.call<AuditPage>('GET', '/api/v1/audit')).body.total, 0);
  assert.equal((await ada.call('GET', '/api/v1/audit?limit=0')).status, 422);
  assert.equal((await ada.call('GET', '/api/v1/audit/17')).status, 422);
});

test('a page with a filter reads at most 5,000 records, and goes on after them, until nothing is left', async () => {
  const ada = await person();
  const completed = { event_type: 'task-completed' } as const;
  const all = events(ada, 5_003).map((one, index) => (index === 0 ? { ...one, ...completed } : one));
  for (let at = 0; at < all.length; at += 500) await send(...all.slice(at, at + 500));
  const page = async (query: string) => {
    const { records, next_cursor } = (await ada.call<AuditPage>('GET', `/api/v1/audit?${query}`)).body;
    return [records.map(({ position }) => position), next_cursor];
  };
  for (const filter of ['event_type=task-completed', `event_type=task-completed&task_id=${taskId}`]) {
    assert.deepEqual(await page(filter), [[], '4'], filter);
    assert.deepEqual(await page(`${filter}&cursor=4`), [[1], null], filter);
    assert.deepEqual(await page(`${filter}&limit=1&cursor=4`), [[1], '1'], 'a full page');
    assert.deepEqual(await page(`${filter}&cursor=1`), [[], null], filter);
  }
  assert.deepEqual(await page('event_type=task-updated&limit=2&offset=2'), [[5001, 5000], '5000']);
  assert.deepEqual(await page('limit=3&offset=5001'), [[2, 1], null], 'without a filter, any page is read');
  assert.deepEqual(await page('limit=3&offset=6000'), [[], null]);
  const rowsOf = (filter: Partial<RecordFilter>) =>
    rowsReadBy(database, 'audit_service.audit_records', (trx) =>
      listRecords({ database: trx }, ada.id, { limit: 1, offset: 0, ...filter }),
    );
  assert.ok((await rowsOf(completed)) <= 10_000, 'each record, and again to know where the page ends');
  assert.ok((await rowsOf({ offset: 4_000 })) <= 10, 'what is skipped is not read');
});

test('deliveries without the token of the sidecar are rejected', async () => {
  const ada = await person();
  assert.equal((await ada.call('POST', '/events/task-events', { entries: [] })).status, 401);
  assert.equal((await ada.call('GET', '/dapr/subscribe')).status, 401);
});
