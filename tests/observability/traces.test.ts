import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openIssuer } from '@rondo/gateway/issuer';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { randomHex } from '@rondo/shared/random-hex';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess } from '../support/host-process.ts';
import { personAt, type Person } from '../support/person.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { startTraceCollector, type CollectedSpan } from '../support/trace-collector.ts';

const people = 8;
const tasksEach = 45;
/** The objective that docs/operations.md states. */
const completeShare = 0.999;

const dataDir = await temporaryDirectory({ after });
const collector = await startTraceCollector({ after });
const host = await startHostProcess(dataDir, {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  RONDO_ALLOW_PRIVATE_ADDRESSES: 'true',
});
after(() => host.end('SIGTERM'));
const issuer = await openIssuer(dataDir);
const personNamed = async (name: string) =>
  personAt(() => host.endpoints.url, name, await issuer.tokenFor(name));

/** A span of the client, in which it sends a request. */
type ClientSpan = { trace_id: string; span_id: string };

/** Sends a request in a trace that the client starts. */
async function send(person: Person, method: string, path: string, body?: unknown, flags = '01') {
  const client: ClientSpan = { trace_id: randomHex(16), span_id: randomHex(8) };
  const { status, body: answer } = await person.call(method, path, body, {
    traceparent: `00-${client.trace_id}-${client.span_id}-${flags}`,
  });
  assert.ok(status < 300, `${method} ${path}: ${status}`);
  return { client, answer: answer as Task };
}

const spansOf = ({ trace_id: id }: ClientSpan) => collector.traces.get(id) ?? [];

/** Finds a span by its parent, service and name, if the collector has received it. */
function childOf(
  client: ClientSpan,
  parent: { span_id: string } | undefined,
  service: string,
  name: string,
): CollectedSpan | undefined {
  return spansOf(client).find(
    (span) => span.service === service && span.name === name && span.parent_id === parent?.span_id,
  );
}

/** Whether the spans of a mutation form an unbroken path from the client to the last consumers. */
function isComplete(client: ClientSpan): boolean {
  const server = spansOf(client).find(
    ({ kind, parent_id: id }) => kind === 'SERVER' && id === client.span_id,
  );
  const toAudit = childOf(client, server, 'todo-service', 'send task-events');
  const toSockets = childOf(client, server, 'todo-service', 'send task-updates');
  return (
    server?.service === 'todo-service' &&
    childOf(client, toAudit, 'audit-service', 'process task-events')?.kind === 'CONSUMER' &&
    childOf(client, toAudit, 'recurring-task-service', 'process task-events')?.kind === 'CONSUMER' &&
    childOf(client, toSockets, 'websocket-service', 'process task-updates')?.kind === 'CONSUMER'
  );
}

/** The consumer group of a socket's sidecar starts at the newest record, so it misses events until it has joined. */
async function waitForSockets(): Promise<void> {
  const zoe = await personNamed('zoe');
  await eventually(
    async () => {
      const { client } = await send(zoe, 'POST', '/api/v1/tasks', { title: 'whispered first' });
      return eventually(() => isComplete(client), { timeout_ms: 3_000 });
    },
    { timeout_ms: 60_000, what: 'a mutation to reach a socket' },
  );
}

test('under load, 99.9 % of mutations are one trace each, from the client to the last consumer', async (t) => {
  const mutations: ClientSpan[] = [];
  async function load(person: Person): Promise<void> {
    for (let n = 0; n < tasksEach; n += 1) {
      const { client, answer } = await send(person, 'POST', '/api/v1/tasks', { title: `whispered ${n}` });
      const patched = await send(person, 'PATCH', `/api/v1/tasks/${answer.id}`, { description: 'secretly' });
      const completed = await send(person, 'POST', `/api/v1/tasks/${answer.id}/complete`, {});
      mutations.push(client, patched.client, completed.client);
    }
  }
  await waitForSockets();
  const names = Array.from({ length: people }, (_, n) => `person-${n}`);
  await Promise.all(names.map(async (name) => load(await personNamed(name))));
  assert.ok(mutations.length >= 1_000, `${mutations.length} mutations`);

  const complete = () => mutations.filter((client) => isComplete(client)).length;
  await eventually(() => complete() >= mutations.length, { timeout_ms: 30_000, every_ms: 500 }).catch(
    () => undefined,
  );
  t.diagnostic(`${complete()} of ${mutations.length} mutations are complete traces`);
  const broken = mutations.find((client) => !isComplete(client));
  assert.ok(
    complete() >= mutations.length * completeShare,
    `${complete()} of ${mutations.length}; an incomplete one: ${JSON.stringify(broken && spansOf(broken), undefined, 1)}`,
  );
});

test('a span has the ids of task and workspace, and no content or credentials', async () => {
  const ada = await personNamed('ada');
  const { client, answer: task } = await send(ada, 'POST', '/api/v1/tasks', { title: 'a private matter' });
  const changed = await send(ada, 'PATCH', `/api/v1/tasks/${task.id}`, { description: 'more private' });
  await eventually(() => isComplete(client) && isComplete(changed.client), { timeout_ms: 20_000 });

  const server = spansOf(changed.client).find(({ kind }) => kind === 'SERVER');
  assert.deepEqual(
    [server?.name, server?.attributes['http.route']],
    ['PATCH /api/v1/tasks/:id', '/api/v1/tasks/:id'],
  );
  const consumer = spansOf(client).find(({ service }) => service === 'audit-service');
  for (const [name, value] of [
    ['rondo.task_id', task.id],
    ['rondo.workspace_id', task.workspace_id],
  ] as const) {
    assert.equal(server?.attributes[name], value);
    assert.equal(consumer?.attributes[name], value);
  }
  const all = collector.received.join('');
  for (const secret of ['private', 'whispered', 'secretly', 'Bearer', await issuer.tokenFor('ada')])
    assert.ok(!all.includes(secret), `${secret} is in a span`);
});

test('the trace of a mutation includes its successor, and its reminder up to the socket', async () => {
  const bo = await personNamed('bo');
  // The collector answers every request, so it also serves as the webhook.
  await send(bo, 'POST', '/api/v1/channels', { kind: 'webhook', url: `${collector.url}/hook` });
  const created = await send(bo, 'POST', '/api/v1/tasks', {
    title: 'water the plants',
    due_date: '2027-01-31T09:00:00Z',
    recurrence_schedule: 'daily',
    reminders: [{ at: new Date(Date.now() + 1_500).toISOString() }],
  });
  const completed = await eventually(async () => {
    const { status } = await bo.call('GET', `/api/v1/schedules/${created.answer.id}`);
    return status === 200 && send(bo, 'POST', `/api/v1/tasks/${created.answer.id}/complete`, {});
  });
  const other = await send(bo, 'POST', '/api/v1/tasks', {
    title: 'reminds',
    reminders: [{ at: new Date(Date.now() + 1_500).toISOString() }],
  });

  const chain = (client: ClientSpan, path: [service: string, name: string][]) =>
    path.reduce<{ span_id: string } | undefined>(
      (parent, [service, name]) => parent && childOf(client, parent, service, name),
      client,
    );
  await eventually(
    () =>
      chain(completed.client, [
        ['todo-service', 'POST /api/v1/tasks/:id/complete'],
        ['todo-service', 'send task-events'],
        ['recurring-task-service', 'process task-events'],
        ['recurring-task-service', 'send task-commands'],
        ['todo-service', 'process task-commands'],
        ['todo-service', 'send task-updates'],
        ['websocket-service', 'process task-updates'],
      ]),
    { timeout_ms: 20_000, what: 'the successor in the trace of the completion' },
  );
  const last = spansOf(completed.client).findLast(({ name }) => name === 'process task-updates');
  assert.equal(last?.attributes['rondo.task_id'], successorIdOf(created.answer.id));
  await eventually(
    () =>
      chain(other.client, [
        ['todo-service', 'POST /api/v1/tasks'],
        ['todo-service', 'send task-events'],
        ['recurring-task-service', 'process task-events'],
        ['recurring-task-service', 'send reminders'],
        ['notification-service', 'process reminders'],
        ['notification-service', 'send notification-updates'],
        ['websocket-service', 'process notification-updates'],
      ]),
    { timeout_ms: 20_000, what: 'the reminder in the trace of its creation' },
  );
  const reminded = spansOf(other.client).find(({ name }) => name === 'process reminders');
  const notified = await eventually(
    () => childOf(other.client, reminded, 'notification-service', 'notify webhook'),
    {
      timeout_ms: 20_000,
    },
  );
  assert.deepEqual([notified.kind, notified.is_error], ['CLIENT', false]);
});

test('requests with an unset sampled flag are not recorded, and neither are probes', async () => {
  const cy = await personNamed('cy');
  const unrecorded = await send(cy, 'POST', '/api/v1/tasks', { title: 'unseen' }, '00');
  await fetch(`${host.endpoints.services['todo-service']}/health/ready`);
  const later = await send(cy, 'POST', '/api/v1/tasks', { title: 'seen' });
  await eventually(() => isComplete(later.client), { timeout_ms: 20_000 });
  assert.deepEqual(spansOf(unrecorded.client), []);
  const names = [...collector.traces.values()].flat().map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => name.includes('/health') || name.includes('/events/')),
    [],
  );
});
