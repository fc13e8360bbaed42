/** What a change of `exdates` and `rdates` does to the schedule, from the task through the events to its occurrences. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Task } from '@rondo/shared/contracts/task';
import { collection, davClient } from '../../services/todo-service/test/support/dav-client.ts';
import { startTodoAndRecurring, type PersonOfBoth } from '../support/todo-and-recurring.ts';

const { todo, person, settle } = await startTodoAndRecurring({ after });

const weekly = { title: 'water', due_date: '2037-01-05', recurrence_rule: 'FREQ=WEEKLY;COUNT=6' };
const taskOf = async (who: PersonOfBoth, id: string) =>
  (await who.todo<Task>('GET', `/api/v1/tasks/${id}`)).body;
const scheduleOf = async (who: PersonOfBoth, id: string) =>
  (await who.recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`)).body;
const send = async (who: PersonOfBoth, method: string, path: string, body?: object) => {
  const answer = await who.todo<Task>(method, path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  await settle();
  return answer.body;
};
const change = (who: PersonOfBoth, id: string, patch: object) =>
  send(who, 'PATCH', `/api/v1/tasks/${id}`, patch);
const complete = (who: PersonOfBoth, id: string) => send(who, 'POST', `/api/v1/tasks/${id}/complete`);

test('changed dates change the schedule, which keeps its anchor and its count', async () => {
  const ada = await person();
  const { id } = await send(ada, 'POST', '/api/v1/tasks', weekly);
  await complete(ada, id);
  const second = successorIdOf(id);
  await change(ada, second, { exdates: ['2037-01-19'], rdates: ['2037-01-21'] });
  const { anchor, done, exdates, rdates, next_occurrences: next, history } = await scheduleOf(ada, id);
  assert.deepEqual([anchor, done, exdates, rdates], ['2037-01-05', 1, ['2037-01-19'], ['2037-01-21']]);
  assert.deepEqual(next, ['2037-01-21', '2037-01-26', '2037-02-02', '2037-02-09']);
  assert.ok(history.some(({ kind }) => kind === 'edited'));
  await complete(ada, second);
  const third = await taskOf(ada, successorIdOf(second));
  assert.deepEqual(
    [third.due_date, third.exdates, third.rdates],
    ['2037-01-21', ['2037-01-19'], ['2037-01-21']],
  );
});

test('undo gives the schedule its dates back', async () => {
  const ada = await person();
  const { id } = await send(ada, 'POST', '/api/v1/tasks', weekly);
  await change(ada, id, { exdates: ['2037-01-12'] });
  assert.equal((await scheduleOf(ada, id)).next_occurrences[0], '2037-01-19');
  await send(ada, 'POST', '/api/v1/undo');
  const { exdates, next_occurrences: next } = await scheduleOf(ada, id);
  assert.deepEqual([exdates, next[0]], [[], '2037-01-12']);
});

test('an occurrence that was reopened does not bring back the dates of before', async () => {
  const ada = await person();
  const { id } = await send(ada, 'POST', '/api/v1/tasks', { ...weekly, exdates: ['2037-02-02'] });
  await complete(ada, id);
  const second = successorIdOf(id);
  await change(ada, second, { exdates: ['2037-01-26', '2037-02-02'] });
  await complete(ada, second);
  await send(ada, 'POST', `/api/v1/tasks/${id}/reopen`);
  await change(ada, id, { title: 'water all' });
  assert.deepEqual((await scheduleOf(ada, id)).exdates, ['2037-01-26', '2037-02-02']);
});

test('a series that ends keeps none, and one that begins again has those of its task', async () => {
  const ada = await person();
  const { id } = await send(ada, 'POST', '/api/v1/tasks', { ...weekly, exdates: ['2037-01-12'] });
  await change(ada, id, { recurrence_rule: null });
  await change(ada, id, { recurrence_rule: weekly.recurrence_rule });
  const { exdates, next_occurrences: next } = await scheduleOf(ada, id);
  assert.deepEqual([exdates, next[0]], [[], '2037-01-12']);
});

test('an app that leaves out its own date, and then one later, gives the dates of the schedule', async () => {
  const ada = await person();
  const token = await todo.issuer.tokenFor({ sub: ada.id });
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${todo.service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as never };
  };
  const dav = await davClient(todo.service.url, { call });
  const lines = (...more: string[]) => [
    'SUMMARY:water',
    'DTSTART;VALUE=DATE:20370131',
    'DUE;VALUE=DATE:20370131',
    'RRULE:FREQ=MONTHLY',
    ...more,
  ];
  await dav.put('a.ics', lines());
  await settle();
  const { tasks } = (await ada.todo<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body;
  const id = tasks[0]?.id ?? '';
  await dav.put('a.ics', lines('EXDATE;VALUE=DATE:20370131'));
  await settle();
  const moved = await scheduleOf(ada, id);
  assert.deepEqual(
    [moved.current_date, moved.next_occurrences.slice(0, 2)],
    ['2037-02-28', ['2037-03-31', '2037-04-30']],
  );
  const shown = await dav.get('a.ics');
  const left = shown.replace('EXDATE;VALUE=DATE:20370131', 'EXDATE;VALUE=DATE:20370131,20370331');
  assert.equal((await dav.send('PUT', `${collection}a.ics`, left)).status, 204);
  await settle();
  assert.equal((await scheduleOf(ada, id)).next_occurrences[0], '2037-04-30');
});
