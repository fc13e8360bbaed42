import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person } = await startTestService({ after }, todoService);

const weekly = { title: 'review', due_date: '2027-03-01', recurrence_rule: 'FREQ=WEEKLY' };
const dates = { exdates: ['2027-03-08'], rdates: ['2027-03-10'] };
const lastEvent = async (who: TestPerson) =>
  (await who.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.changes.at(-1);

test('a task has the dates of its series, in their order and once, and so has its event', async () => {
  const ada = await person();
  const given = { ...dates, exdates: ['2027-03-22', '2027-03-08', '2027-03-08'] };
  const { status, body } = await ada.call<Task>('POST', '/api/v1/tasks', { ...weekly, ...given });
  assert.deepEqual([status, body.exdates, body.rdates], [201, ['2027-03-08', '2027-03-22'], ['2027-03-10']]);
  assert.deepEqual((await lastEvent(ada))?.payload, body);
  await ada.call('POST', '/api/v1/tasks/bulk', {
    operations: [{ op: 'create', ...weekly, exdates: ['2027-03-15'] }],
  });
  assert.deepEqual((await lastEvent(ada))?.payload.exdates, ['2027-03-15']);
});

test('a task that never had such dates lacks the fields', async () => {
  const ada = await person();
  const { body } = await ada.call('POST', '/api/v1/tasks', { ...weekly, exdates: [] });
  assert.ok(!('exdates' in body) && !('rdates' in body));
});

test('a patch changes them, undo takes the change back, and without a recurrence there are none', async () => {
  const ada = await person();
  const { body } = await ada.call<Task>('POST', '/api/v1/tasks', weekly);
  const path = `/api/v1/tasks/${body.id}`;
  const patched = async (patch: object) => {
    const { body: task } = await ada.call<Task>('PATCH', path, patch);
    return [task.exdates, task.rdates];
  };
  assert.deepEqual(await patched(dates), [dates.exdates, dates.rdates]);
  assert.deepEqual((await lastEvent(ada))?.changed, ['exdates', 'rdates']);
  assert.deepEqual(await patched({ exdates: [] }), [[], dates.rdates]);
  await ada.call('POST', '/api/v1/undo');
  const { body: undone } = await ada.call<Task>('GET', path);
  assert.deepEqual(undone.exdates, dates.exdates);
  assert.deepEqual(await patched({ recurrence_rule: null }), [[], []]);
  const { body: replaced } = await ada.call<Task>('PUT', path, { ...weekly, ...dates });
  assert.deepEqual(replaced.exdates, dates.exdates);
  const { body: emptied } = await ada.call<Task>('PUT', path, weekly);
  assert.deepEqual([emptied.exdates, emptied.rdates], [[], []]);
});

test('they are refused without a recurrence, and beyond 366', async () => {
  const ada = await person();
  const { recurrence_rule: _rule, ...once } = weekly;
  const many = Array.from({ length: 367 }, () => '2027-03-08');
  const refused: [string, string, object, string][] = [
    ['POST', '/api/v1/tasks', { ...once, exdates: ['2027-03-08'] }, 'exdates'],
    ['POST', '/api/v1/tasks', { ...once, rdates: ['2027-03-08'] }, 'rdates'],
    ['POST', '/api/v1/tasks', { ...weekly, exdates: many }, 'exdates'],
    ['POST', '/api/v1/tasks', { ...weekly, exdates: ['next week'] }, 'exdates'],
    [
      'POST',
      '/api/v1/tasks/bulk',
      { operations: [{ op: 'create', ...once, ...dates }] },
      'operations/0/exdates',
    ],
  ];
  for (const [method, path, body, field] of refused) {
    const { status, body: answer } = await ada.call<{ errors: { field: string }[] }>(method, path, body);
    assert.equal(status, 422, JSON.stringify(body));
    assert.ok(
      answer.errors.some((error) => error.field.startsWith(field)),
      JSON.stringify(answer),
    );
  }
  const created = await ada.call('POST', '/api/v1/tasks', once);
  const path = `/api/v1/tasks/${String(created.body['id'])}`;
  assert.equal((await ada.call('PATCH', path, { exdates: ['2027-03-08'] })).status, 422);
  assert.equal((await ada.call('POST', '/api/v1/tasks', { ...once, exdates: [] })).status, 201);
});
