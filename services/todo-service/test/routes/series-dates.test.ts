import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person } = await startTestService({ after }, todoService);

const weekly = { title: 'review', due_date: '2027-03-01', recurrence_rule: 'FREQ=WEEKLY' };
const dates = { exdates: ['2027-03-08'], rdates: ['2027-03-10'] };
const lastEvent = async (who: TestPerson) =>
  (await who.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.changes.at(-1);

test('a creation takes the dates of its series, which its event carries and its task does not', async () => {
  const ada = await person();
  const { status, body } = await ada.call('POST', '/api/v1/tasks', { ...weekly, ...dates });
  assert.equal(status, 201);
  assert.ok(!('exdates' in body) && !('rdates' in body));
  const event = await lastEvent(ada);
  assert.deepEqual([event?.schema_version, event?.series], ['1.1', dates]);
  await ada.call('POST', '/api/v1/tasks/bulk', {
    operations: [{ op: 'create', ...weekly, exdates: ['2027-03-15'] }],
  });
  assert.deepEqual((await lastEvent(ada))?.series, { exdates: ['2027-03-15'], rdates: [] });
  await ada.call('PATCH', `/api/v1/tasks/${String(body['id'])}`, { title: 'another' });
  assert.equal((await lastEvent(ada))?.series, undefined);
});

test('they are refused without a recurrence, beyond 366, and in a patch', async () => {
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
  const created = await ada.call('POST', '/api/v1/tasks', weekly);
  const path = `/api/v1/tasks/${String(created.body['id'])}`;
  assert.equal((await ada.call('PATCH', path, { exdates: ['2027-03-08'] })).status, 422);
  assert.equal((await ada.call('POST', '/api/v1/tasks', { ...once, exdates: [] })).status, 201);
});
