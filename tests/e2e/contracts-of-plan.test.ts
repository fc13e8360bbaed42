/**
 * The operations and fields of the plan's contracts (`specs/002-microservices-dapr-kafka/contracts` of the plan), asked of each
 * service itself, as the plan does. What differs is in docs/adr/0026-differences-from-the-plans-contracts.md.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { openIssuer } from '@rondo/gateway/issuer';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess } from '../support/host-process.ts';
import { personAt } from '../support/person.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const dataDir = await temporaryDirectory({ after });
const host = await startHostProcess(dataDir);
after(() => host.end('SIGTERM'));
const issuer = await openIssuer(dataDir);

type Fields = Record<string, unknown>;
type Kind = 'uuid' | 'text' | 'date' | 'boolean' | 'object' | readonly string[];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The fields of the plan that an answer of Rondo has. A trailing `?` allows null. */
const task: Record<string, Kind> = {
  id: 'uuid',
  title: 'text',
  'description?': 'text',
  status: ['pending', 'in_progress', 'complete'],
  'due_date?': 'date',
  'reminder_time?': 'date',
  is_recurring: 'boolean',
  'recurrence_schedule?': ['daily', 'weekly', 'monthly'],
  created_at: 'date',
  updated_at: 'date',
};
const record: Record<string, Kind> = {
  id: 'uuid',
  event_id: 'uuid',
  event_type: ['task-created', 'task-updated', 'task-completed', 'task-deleted'],
  task_id: 'uuid',
  payload: 'object',
  source_service: ['todo-service'],
  recorded_at: 'date',
};
const notification: Record<string, Kind> = {
  id: 'uuid',
  task_id: 'uuid',
  notification_type: ['reminder', 'update'],
  status: ['pending', 'sent', 'failed'],
  created_at: 'date',
};
const schedule: Record<string, Kind> = {
  id: 'uuid',
  parent_task_id: 'uuid',
  frequency: ['daily', 'weekly', 'monthly'],
  next_due_date: 'date',
  is_active: 'boolean',
  created_at: 'date',
  updated_at: 'date',
};

function assertHas(given: unknown, fields: Record<string, Kind>): void {
  for (const [name, kind] of Object.entries(fields)) {
    const value = (given as Fields)[name.replace(/\?$/, '')];
    if (value === null && name.endsWith('?')) continue;
    assert.ok(isOfKind(value, kind), `${name} is ${JSON.stringify(value)}`);
  }
}

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'object') return typeof value === 'object' && value !== null;
  if (typeof value !== 'string') return false;
  if (kind === 'text') return true;
  if (kind === 'uuid') return uuid.test(value);
  return kind === 'date' ? !Number.isNaN(Date.parse(value)) : kind.includes(value);
}

test("each of the plan's 23 operations answers with the plan's fields", async () => {
  const token = await issuer.tokenFor('ada');
  const asked = new Set<string>();

  /** Sends a request to a service, and returns the body of its answer, which must have the plan's status. */
  async function ask(service: string, operation: string, status: number, path: string, body?: unknown) {
    const [method = ''] = operation.split(' ');
    asked.add(`${service} ${operation}`);
    const ada = personAt(() => host.endpoints.services[service] ?? '', 'ada', token);
    const answer = await ada.call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body as Fields;
  }

  for (const service of Object.keys(host.endpoints.services)) {
    const health = await ask(service, 'GET /health', 200, '/health');
    assertHas(health, { status: 'text', service: [service], version: 'text' });
    await ask(service, 'GET /health/ready', 200, '/health/ready');
  }

  const todo = (operation: string, status: number, path: string, body?: unknown) =>
    ask('todo-service', operation, status, `/api/v1/tasks${path}`, body);
  const recurring = await todo('POST /api/v1/tasks', 201, '', {
    title: 'Water the plants',
    description: 'All of them',
    due_date: '2027-02-01T09:00:00Z',
    reminder_time: new Date(Date.now() + 1_000).toISOString(),
    is_recurring: true,
    recurrence_schedule: 'weekly',
  });
  assertHas(recurring, task);
  const made = await todo('POST /api/v1/tasks', 201, '', { title: 'Pay rent' });
  assert.equal((await todo('POST /api/v1/tasks', 422, '', {}))['status'], 422);
  const list = await todo('GET /api/v1/tasks', 200, '?status=pending&limit=100&offset=0');
  assert.equal(list['total'], 2);
  for (const one of list['tasks'] as Fields[]) assertHas(one, task);
  const one = `/${String(made['id'])}`;
  assertHas(await todo('GET /api/v1/tasks/{task_id}', 200, one), task);
  const changed = await todo('PUT /api/v1/tasks/{task_id}', 200, one, {
    title: 'Pay the rent',
    status: 'in_progress',
  });
  assert.deepEqual([changed['title'], changed['status']], ['Pay the rent', 'in_progress']);
  const complete = 'POST /api/v1/tasks/{task_id}/complete';
  assertHas(await todo(complete, 200, `${one}/complete`), task);
  await todo(complete, 409, `${one}/complete`);
  await todo('DELETE /api/v1/tasks/{task_id}', 204, one);
  await todo(complete, 404, '/00000000-0000-7000-8000-000000000000/complete');

  const audit = (operation: string, path: string) =>
    ask('audit-service', operation, 200, `/api/v1/audit${path}`);
  const ofTask = `?task_id=${String(made['id'])}`;
  const records = await eventually(async () => {
    const found = (await audit('GET /api/v1/audit', ofTask))['records'] as Fields[];
    return found.length === 4 && found;
  });
  for (const found of records) assertHas(found, record);
  const [last] = records;
  const completions = await audit(
    'GET /api/v1/audit',
    `${ofTask}&event_type=task-completed&limit=100&offset=0`,
  );
  assert.equal((completions['records'] as Fields[]).length, 1);
  assertHas(await audit('GET /api/v1/audit/{record_id}', `/${String(last?.['id'])}`), record);
  assert.equal(last?.['event_id'], last?.['id']);

  const notifications = async (query: string) => {
    const path = `/api/v1/notifications${query}`;
    const { notifications: found } = await ask(
      'notification-service',
      'GET /api/v1/notifications',
      200,
      path,
    );
    return found as Fields[];
  };
  const [reminder] = await eventually(async () => {
    const found = await notifications(`?status=sent&task_id=${String(recurring['id'])}&limit=100&offset=0`);
    return found.length > 0 && found;
  });
  assertHas(reminder, notification);
  for (const query of ['?status=pending', '?status=failed', ofTask])
    assert.deepEqual(await notifications(query), []);

  const schedules = (operation: string, path: string) =>
    ask('recurring-task-service', operation, 200, `/api/v1/schedules${path}`);
  const active = await schedules('GET /api/v1/schedules', '?is_active=true&limit=100&offset=0');
  assert.equal(active['total'], 1);
  const [series] = active['schedules'] as Fields[];
  assertHas(series, schedule);
  assert.deepEqual(
    [series?.['parent_task_id'], series?.['frequency'], series?.['next_due_date'], series?.['is_active']],
    [recurring['id'], 'weekly', '2027-02-08T09:00:00Z', true],
  );
  assert.deepEqual((await schedules('GET /api/v1/schedules', '?is_active=false'))['schedules'], []);
  const found = await schedules('GET /api/v1/schedules/{schedule_id}', `/${String(series?.['id'])}`);
  assertHas(found, schedule);

  const sockets = host.endpoints.services['websocket-service'] ?? '';
  const socket = new WebSocket(`${sockets.replace('http', 'ws')}/ws`);
  await once(socket, 'open');
  asked.add('websocket-service GET /ws');
  socket.terminate();
  const connections = await ask('websocket-service', 'GET /api/v1/connections', 200, '/api/v1/connections');
  assert.equal(connections['active_connections'], 0);

  assert.equal(asked.size, 23);
});

test("a page has the plan's 50 rows by default", async () => {
  const grace = personAt(() => host.endpoints.url, 'grace', await issuer.tokenFor('grace'));
  const operations = Array.from({ length: 60 }, (_, n) => ({
    op: 'create',
    title: `task ${n}`,
    due_date: '2027-02-01',
    recurrence_schedule: 'daily',
    reminder_time: new Date(Date.now() + 1_000).toISOString(),
  }));
  assert.equal((await grace.call('POST', '/api/v1/tasks/bulk', { operations })).status, 200);
  for (const [path, rows] of [
    ['/api/v1/tasks', 'tasks'],
    ['/api/v1/audit', 'records'],
    ['/api/v1/schedules', 'schedules'],
    ['/api/v1/notifications', 'notifications'],
  ] as const) {
    await eventually(async () => (await grace.get<Fields>(path))['total'] === 60);
    // Page and total come from two statements: a page that was read before all are there may be shorter.
    const page = await grace.get<Fields>(path);
    assert.equal((page[rows] as Fields[]).length, 50, path);
  }
});
