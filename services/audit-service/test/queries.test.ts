import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AuditPage, AuditRecord } from '@rondo/shared/contracts/audit-record';
import { topics } from '@rondo/shared/contracts/topics';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { events, startAudit, taskId } from './support/audit.ts';

const { person, send } = await startAudit({ after });

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

test('deliveries without the token of the sidecar are rejected', async () => {
  const ada = await person();
  assert.equal((await ada.call('POST', '/events/task-events', { entries: [] })).status, 401);
  assert.equal((await ada.call('GET', '/dapr/subscribe')).status, 401);
});
