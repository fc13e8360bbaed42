import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { Readiness } from '@rondo/shared/contracts/health';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../src/service.ts';

const lines: string[] = [];
let aheadMs = 0;
const { person, service, sidecar } = await startTestService({ after }, todoService, {
  env: { LOG_LEVEL: 'debug' },
  clock: { now: () => new Date(Date.now() + aheadMs) },
  logDestination: { write: (line: string) => lines.push(line) },
});
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traced = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };

type LogLine = Record<string, unknown>;
const logged = () => lines.map((line) => JSON.parse(line) as LogLine);

beforeEach(() => {
  lines.length = 0;
});

test('each log line about a change has the ids of task, workspace, event and trace, and no content or token', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>(
    'POST',
    '/api/v1/tasks',
    { title: 'a very private matter' },
    traced,
  );
  const path = `/api/v1/tasks/${task.id}`;
  await ada.call('PATCH', path, { description: 'even more private' }, traced);
  await ada.call('POST', `${path}/complete`, {}, traced);
  await ada.call('DELETE', path, undefined, traced);
  await eventually(() => logged().filter(({ route }) => route !== undefined).length === 4, {
    what: 'a line for each request',
  });

  const changes = logged().filter(({ event_type: type }) => type !== undefined);
  assert.deepEqual(
    changes.map(({ event_type: type }) => type),
    ['task-created', 'task-updated', 'task-completed', 'task-deleted'],
  );
  for (const line of changes) {
    assert.deepEqual(
      [line['service'], line['task_id'], line['workspace_id'], line['trace_id']],
      ['todo-service', task.id, ada.id, traceId],
    );
    assert.match(String(line['event_id']), /^[0-9a-f-]{36}$/);
  }
  const named = logged().filter(({ route }) => String(route).includes(':id'));
  assert.deepEqual(new Set(named.map(({ task_id: id }) => id)), new Set([task.id]));
  const all = lines.join('');
  for (const secret of ['private', ada.token]) assert.ok(!all.includes(secret), `${secret} is in the logs`);
});

test('the trace of a request continues in the publication of its event', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'traced' }, traced);
  const published = await eventually(
    () => sidecar.accepted.find(({ event }) => event['task_id'] === task.id),
    {
      what: 'the event to be published',
    },
  );
  assert.match(String(published.envelope['traceparent']), new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  assert.notEqual(published.envelope['traceparent'], traced.traceparent, 'it has its own span');
});

test('while publishing lags, readiness reports the lag, and the service still answers', async () => {
  const readiness = async () => {
    const response = await fetch(`${service.url}/health/ready`);
    return { status: response.status, body: (await response.json()) as Readiness };
  };
  await eventually(async () => (await readiness()).body.status === 'ready', { what: 'a service at rest' });

  sidecar.onPublish(() => ({ status: 500, body: '{"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}' }));
  const ada = await person();
  assert.equal((await ada.call('POST', '/api/v1/tasks', { title: 'waits' })).status, 201);
  aheadMs = 10_000;
  const lagging = await eventually(
    async () => {
      const found = await readiness();
      return found.body.status === 'degraded' ? found : undefined;
    },
    { what: 'readiness to be degraded' },
  );
  const { relay } = lagging.body.dependencies;
  assert.deepEqual([lagging.status, relay?.status, relay?.lag_events], [200, 'degraded', 1]);
  assert.ok((relay?.lag_seconds ?? 0) >= 9, `${relay?.lag_seconds} s`);

  sidecar.onPublish(() => 'accept');
  await eventually(async () => (await readiness()).body.status === 'ready', { what: 'the lag to end' });
});

test('metrics have their own address, and count published events', async () => {
  const count = async () => {
    const text = await (await fetch(service.metricsUrl)).text();
    return Number(/^rondo_outbox_published_total\{service="todo-service"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await count();
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'counted' });
  await eventually(async () => (await count()) === before + 1, { what: 'the event to be counted' });
  assert.equal((await fetch(`${service.url}/metrics`)).status, 404);
});
