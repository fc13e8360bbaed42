/** Each parameter that is the id of a task takes its number, in every service. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { auditSecret, notificationSecret, topics } from '@rondo/shared/contracts/topics';
import { loadService } from '@rondo/shared/load-service';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson, type TestService } from '@rondo/shared/test/service';
import { inEnvelope, reminder } from '../../services/notification-service/test/support/notifications.ts';
import {
  idsInBodies,
  isId,
  isTaskReference,
  routeParameters,
  thingOf,
  type RouteParameter,
} from './task-parameters.ts';

/** What other ids are of. A UUID that is not in these lists has to be a reference to a task, or to be added here. */
const otherThings = [
  'actor',
  'app-passwords',
  'audit',
  'channels',
  'dead-letters',
  'deliveries',
  'filter',
  'filters',
  'history_id',
  'imports',
  'notification_id',
  'notifications',
  'person',
];
/** `id` is the one that a client gives to a new task. */
const otherIdsInBodies = new Set(['command_id', 'history_id', 'id', 'turn_id']);

const references = routeParameters.filter(({ schema }) => isTaskReference(schema));
const titleOf = ({ service, method, path, name, place }: RouteParameter) =>
  `${service} ${method} ${path}, ${name} in the ${place}`;

describe('the documents of the services', () => {
  test('have no other ids than those of other things', () => {
    const ids = routeParameters.filter(({ schema }) => isId(schema));
    assert.deepEqual(ids.filter((id) => !otherThings.includes(thingOf(id))).map(titleOf), []);
    assert.deepEqual(
      otherThings.filter((thing) => !ids.some((id) => thingOf(id) === thing)),
      [],
      'each is still there',
    );
    assert.deepEqual(
      idsInBodies.filter((id) => !otherIdsInBodies.has(id.split(' ', 1)[0] ?? '')),
      [],
    );
  });

  test('take the number of a task wherever a name says that it is one', () => {
    const isNamedTask = (parameter: RouteParameter) =>
      /(^|_)(tasks?|parent|schedules)(_id)?$/.test(thingOf(parameter));
    const named = routeParameters.filter((parameter) => isNamedTask(parameter));
    assert.deepEqual(named.map(titleOf), references.map(titleOf));
    assert.deepEqual(
      new Set(references.map(({ service }) => service)),
      new Set(['todo-service', 'audit-service', 'notification-service', 'recurring-task-service']),
    );
  });
});

const services = await startServices();

async function startServices(): Promise<Map<string, TestService>> {
  const key = Buffer.alloc(32, 7).toString('base64');
  const secrets = {
    [notificationSecret]: { 'encryption-keys': key },
    [auditSecret]: { 'checkpoint-keys': key },
  };
  const started = serviceRegistry.map(
    async (entry) =>
      [entry.name, await startTestService({ after }, await loadService(entry), { secrets })] as const,
  );
  return new Map(await Promise.all(started));
}

function serviceOf(name: string): TestService {
  const service = services.get(name);
  assert.ok(service, name);
  return service;
}

/** A person whose task 12 recurs, reminds and has a subtask. Every service has handled the events of the tasks. */
async function personWithTasks(): Promise<{ id: string; task: Task }> {
  const todo = serviceOf('todo-service');
  const ada = await todo.person();
  const operations = Array.from({ length: 11 }, (_, n) => ({ op: 'create', title: `task ${n + 1}` }));
  await ada.call('POST', '/api/v1/tasks/bulk', { operations });
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', {
    title: 'meant',
    due_date: '2037-03-01',
    recurrence_rule: 'FREQ=DAILY',
    reminders: [{ before: 'P1D' }],
  });
  assert.equal(task.number, 12);
  await ada.call('POST', '/api/v1/tasks', { title: 'below', parent_id: '#12' });
  const published = () =>
    todo.sidecar.accepted.filter(
      ({ topic, event }) => topic === topics.taskEvents && event['workspace_id'] === ada.id,
    );
  await eventually(() => published().length === 13);
  const events = published().map(({ envelope, topic }) => ({ ...envelope, topic }));
  for (const { name, topics: of } of serviceRegistry)
    if (of.consumes.includes(topics.taskEvents)) await serviceOf(name).deliver(topics.taskEvents, events);
  const reminded = inEnvelope(topics.reminders, reminder(ada.id, { task_id: task.id }));
  await serviceOf('notification-service').deliver(topics.reminders, [reminded]);
  return { id: ada.id, task };
}

function sendAs(who: TestPerson, { method, path, name, place, body }: RouteParameter) {
  return (reference: string) => {
    const value = encodeURIComponent(reference);
    const filled = path.replace(`{${name}}`, value).replaceAll(/\{\w+\}/g, '1');
    return who.call<unknown>(method, place === 'query' ? `${filled}?${name}=${value}` : filled, body);
  };
}

describe('the number of a task is taken for its id by', () => {
  for (const reference of references)
    test(titleOf(reference), async () => {
      const { id, task } = await personWithTasks();
      const send = sendAs(await serviceOf(reference.service).personOf(id), reference);
      const unknown = await send(v7());
      if (reference.place === 'path')
        assert.deepEqual([unknown.status, (await send('#99')).status], [404, 404]);
      for (const malformed of ['12', '#0', '#012', '#'])
        assert.equal((await send(malformed)).status, 422, malformed);
      const byNumber = await send('#12');
      assert.ok(![404, 422].includes(byNumber.status), JSON.stringify(byNumber.body));
      const { id: ofAnswer = task.id } = byNumber.body as { id?: string };
      if (byNumber.status < 300) assert.equal(ofAnswer, task.id);
      if (reference.method !== 'GET') return;
      assert.deepEqual(byNumber.body, (await send(task.id)).body);
      assert.notDeepEqual(byNumber.body, unknown.body, 'it finds something');
    });
});
