import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { AuditPage } from '@rondo/shared/contracts/audit-record';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { TestPerson } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { startAudit } from './support/audit.ts';
import { openOwner } from './support/owner.ts';

const { person, send, verify, database_url: url } = await startAudit({ after });
const pool = openPool(url, 'audit test', 2);
after(() => pool.end());

const rank = 'e00001';

/** An event of version 1.4, after which the task has a number. */
function withNumber(event: TaskEvent, number: number): TaskEvent {
  return { ...event, schema_version: '1.4', payload: { ...event.payload, number, rank } };
}

/** A change of a task, as Todo of a release without numbers published it. */
function change(workspaceId: string, seq: number, more: Partial<TaskEvent>): TaskEvent {
  return taskEvent(workspaceId, seq, { event_type: 'task-updated', changed: ['title'], ...more });
}

const pageOf = async (who: TestPerson, task: string) =>
  (await who.call<AuditPage>('GET', `/api/v1/audit?task_id=${encodeURIComponent(task)}`)).body;
const seqsOf = async (who: TestPerson, task: string) =>
  (await pageOf(who, task)).records.map(({ seq }) => seq);

test('records are filtered by the number of a task as by its id', async () => {
  const ada = await person();
  const [task_id, other] = [v7(), v7()];
  await send(
    withNumber(taskEvent(ada.id, 1, { task_id }), 1),
    withNumber(taskEvent(ada.id, 2, { task_id: other }), 2),
    withNumber(change(ada.id, 3, { task_id, version: 2 }), 1),
  );
  assert.deepEqual(await seqsOf(ada, '#1'), [3, 1]);
  assert.deepEqual(await pageOf(ada, '#1'), await pageOf(ada, task_id));
  assert.deepEqual(await seqsOf(ada, '#2'), [2]);
});

test('a number that no task has yet, and that of another person, finds nothing, like an unknown id', async () => {
  const [ada, eve] = [await person(), await person()];
  const task_id = v7();
  const created = withNumber(taskEvent(ada.id, 1, { task_id }), 1);
  const later = withNumber(change(ada.id, 2, { task_id, version: 2 }), 1);
  await send(later, withNumber(taskEvent(eve.id, 1), 2));
  const unknown = await pageOf(ada, v7());
  for (const reference of ['#1', '#2']) assert.deepEqual(await pageOf(ada, reference), unknown, reference);
  await send(created);
  assert.deepEqual(await seqsOf(ada, '#1'), [1, 2], 'in the order of their arrival, the last first');
  for (const malformed of ['1', '%230', '%2301'])
    assert.equal((await ada.call('GET', `/api/v1/audit?task_id=${malformed}`)).status, 422, malformed);
});

test('all records of a task from before are found by its number when Todo has numbered it', async () => {
  const ada = await person();
  const task_id = v7();
  await send(taskEvent(ada.id, 1, { task_id }), change(ada.id, 2, { task_id, version: 2 }));
  assert.deepEqual(await seqsOf(ada, '#1'), []);
  const before = await verify(ada);
  await send(withNumber(change(ada.id, 3, { task_id, version: 3, changed: ['number', 'rank'] }), 1));
  assert.deepEqual(await seqsOf(ada, '#1'), [3, 2, 1]);
  const found = await verify(ada);
  assert.deepEqual([before.intact, found.intact, found.records], [true, true, 3]);
});

test('a number in a column that is not the one in the event breaks the chain; a record from before has none', async () => {
  const ada = await person();
  const { tamper } = openOwner(pool);
  await send(withNumber(taskEvent(ada.id, 1), 1), withNumber(change(ada.id, 2, { version: 2 }), 1));
  const setNumber = (position: number, number: number | null) =>
    tamper(
      `UPDATE audit_service.audit_records SET task_number = ${number}
       WHERE workspace_id = '${ada.id}' AND position = ${position}`,
    );
  await setNumber(1, null);
  assert.equal((await verify(ada, '?from=start')).intact, true);
  for (const [position, number] of [
    [1, 2],
    [2, 1],
  ] as const) {
    await setNumber(position, number);
    const { first_broken: broken } = await verify(ada, '?from=start');
    assert.deepEqual(
      [broken?.position, broken?.reason],
      [position, 'its task_number is not that of its event'],
    );
    await setNumber(position, null);
  }
});
