import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { AuditCheckpoint } from '@rondo/shared/contracts/audit-checkpoint';
import { NotificationNudge } from '@rondo/shared/contracts/notification';
import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import type { Task } from '@rondo/shared/contracts/task';
import { SeriesEvent } from '@rondo/shared/contracts/series-event';
import { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { TaskCommand } from '@rondo/shared/contracts/task-command';
import { TaskEvent, type ChangePage } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { serviceRegistry } from '@rondo/shared/service-registry';
import type { TestPerson } from '@rondo/shared/test/service';
import { arbitraryOf } from './support/arbitrary-of.ts';
import { requestsTo } from './support/requests.ts';
import { startServices, type TriedService } from './support/services.ts';

const runsOfRoute = 20;
const eventsOfTopic = 100;

const hooks: (() => unknown)[] = [];
let services: TriedService[] = [];
before(async () => {
  services = await startServices({ after: (hook) => hooks.push(hook) });
});
after(async () => {
  for (const hook of hooks.toReversed()) await hook();
});

const serviceNamed = (name: string) => {
  const found = services.find((service) => service.name === name);
  assert.ok(found);
  return found;
};

const inEnvelope = (topic: string, data: object) => ({
  specversion: '1.0',
  id: 'event_id' in data ? data.event_id : v7(),
  topic,
  data,
});

/** The topics of a service that it keeps something of, or shows. */
const consumed = serviceRegistry.flatMap(({ name, topics: { consumes, fansOut = [] } }) =>
  [...consumes, ...fansOut].map((topic) => ({ name, topic })),
);
const eventSchemas: Record<string, unknown[]> = {
  [topics.taskEvents]: [TaskEvent],
  [topics.taskUpdates]: [TaskEvent],
  [topics.notificationUpdates]: [NotificationNudge],
  [topics.reminders]: [ReminderEvent],
  [topics.taskCommands]: [TaskCommand],
  [topics.auditCheckpoints]: [AuditCheckpoint],
  [topics.personSettings]: [PersonSettingsEvent],
  [topics.seriesEvents]: [SeriesEvent],
};

describe('what the schema of a topic admits is processed', () => {
  for (const { name, topic } of consumed)
    for (const [index, schema] of (eventSchemas[topic] ?? []).entries())
      test(`${topic}, schema ${index + 1}, at ${name}`, async () => {
        const service = serviceNamed(name);
        const person = await service.person();
        const events = fc.sample(arbitraryOf(schema), eventsOfTopic).map((event, n) => ({
          ...(event as object),
          // What Todo counts: one event for each id and each seq of a workspace.
          ...('event_id' in (event as object) ? { event_id: v7() } : {}),
          workspace_id: person.id,
          ...('seq' in (event as object) ? { seq: n + 1 } : {}),
        }));
        for (const event of events) {
          const [status] = await service.deliver(topic, [inEnvelope(topic, event)]);
          assert.equal(status, 'SUCCESS', JSON.stringify(event));
        }
        await assertShown(service, person);
      });
});

describe('what the schemas of a route admit is answered', () => {
  for (const { name } of serviceRegistry)
    test(`by ${name}`, async () => {
      const service = serviceNamed(name);
      const person = await service.person(['operator']);
      const ids = await prepare(service, person);
      for (const route of service.routes)
        await fc.assert(
          fc.asyncProperty(requestsTo(route, ids), async ({ method, path, body, headers }) => {
            const answer = await person.call(method, path, body, headers);
            const isHealth = path.startsWith('/health');
            assert.ok(answer.status < 500 || isHealth, `${answer.status} ${JSON.stringify(answer.body)}`);
          }),
          { numRuns: runsOfRoute },
        );
      await assertShown(service, person);
    });
});

test('a task of any content is published, recorded and followed', async () => {
  const todo = serviceNamed('todo-service');
  const person = await todo.person();
  const creation = todo.routes.find(({ method, path }) => method === 'POST' && path === '/api/v1/tasks');
  const bulk = todo.routes.find(({ path }) => path === '/api/v1/tasks/bulk');
  assert.ok(creation && bulk);
  const requests = [...fc.sample(requestsTo(creation, []), 600), ...fc.sample(requestsTo(bulk, []), 30)];
  const ids: string[] = [];
  for (const { method, path, body } of requests) {
    const answer = await person.call<Task>(method, path, withoutContradictions(body));
    assert.ok(answer.status < 500, JSON.stringify(answer.body));
    if (answer.status === 201) ids.push(answer.body.id);
  }
  assert.ok(ids.length > 10, `only ${ids.length} tasks were accepted`);
  for (const id of ids.slice(0, 50)) await person.call('POST', `/api/v1/tasks/${id}/complete`);
  const { body: page } = await person.call<ChangePage>('GET', '/api/v1/changes?since=0&limit=1000');
  for (const { name, topic } of consumed.filter((one) => one.topic === topics.taskEvents)) {
    const statuses = await serviceNamed(name).deliver(
      topic,
      page.changes.map((event) => inEnvelope(topic, event)),
    );
    const refused = page.changes.filter((_, index) => statuses[index] !== 'SUCCESS');
    assert.deepEqual(refused, [], name);
  }
});

/**
 * A creation would be refused for the dates of a series without a recurrence, for local times if it doesn't float, and for a zone if it
 * does.
 */
function withoutContradictions(body: unknown): unknown {
  const { exdates, rdates, time_zone, ...rest } = body as Record<string, unknown>;
  const isRecurring = typeof rest['recurrence_rule'] === 'string' || rest['recurrence_schedule'];
  const dates = isRecurring ? { exdates, rdates } : {};
  const { start, due_date, reminder_time, reminders } = rest;
  const instants = Array.isArray(reminders)
    ? reminders.map((reminder: { at?: unknown }) => reminder?.at)
    : [];
  const isLocal = (date: unknown) => typeof date === 'string' && /^.{10}T[0-9:]+$/.test(date);
  const isFloating =
    rest['is_floating'] === true ||
    [start, due_date, exdates, rdates, reminder_time, instants].flat().some((date) => isLocal(date));
  return { ...rest, ...dates, ...(isFloating ? { is_floating: true } : { time_zone }) };
}

/** Gives a service something to answer with. @returns the ids of it */
async function prepare(service: TriedService, person: TestPerson): Promise<string[]> {
  if (service.name === 'todo-service') {
    const made = await Promise.all(
      ['one', 'two', 'three'].map((title) =>
        person.call<Task>('POST', '/api/v1/tasks', {
          title,
          due_date: '2027-02-01',
          recurrence_rule: 'FREQ=DAILY',
        }),
      ),
    );
    return made.map(({ body }) => body.id);
  }
  const topic = topics.taskEvents;
  if (!consumed.some((one) => one.name === service.name && one.topic === topic)) return [];
  const events = fc.sample(arbitraryOf(TaskEvent) as fc.Arbitrary<TaskEvent>, 20).map((event, n) => ({
    ...event,
    event_id: v7(),
    workspace_id: person.id,
    seq: n + 1,
  }));
  await service.deliver(
    topic,
    events.map((event) => inEnvelope(topic, event)),
  );
  return events.flatMap(({ event_id, task_id, payload }) => [
    event_id,
    task_id,
    payload.series_id ?? task_id,
  ]);
}

/** Every list of a service shows what it has. */
async function assertShown(service: TriedService, person: TestPerson): Promise<void> {
  const lists = service.routes.filter(
    ({ method, path }) => method === 'GET' && !path.includes(':') && path.startsWith('/api/'),
  );
  for (const { path } of lists) {
    const { status, body } = await person.call('GET', path === '/api/v1/changes' ? `${path}?since=0` : path);
    assert.ok(status < 500, `${path}: ${status} ${JSON.stringify(body)}`);
  }
}
