import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import { service as auditService } from '@rondo/audit-service/service';
import { service as notificationService } from '@rondo/notification-service/service';
import { service as recurringTaskService } from '@rondo/recurring-task-service/service';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { auditSecret, topics } from '@rondo/shared/contracts/topics';
import type { ServiceDefinition } from '@rondo/shared/service-definition';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestServiceOptions } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { service as todoService } from '@rondo/todo-service/service';
import { service as websocketService } from '@rondo/websocket-service/service';
import { samplesAt } from '../support/samples.ts';

async function start(t: TestContext, definition: ServiceDefinition, options: TestServiceOptions = {}) {
  const running = await startTestService(t, definition, options);
  const sample = async (series: string) => (await samplesAt(running.service.metricsUrl)).get(series);
  const topic = definition === websocketService ? topics.taskUpdates : topics.taskEvents;
  const send = (...events: TaskEvent[]) =>
    running.deliver(
      topic,
      events.map((data) => ({ specversion: '1.0', id: data.event_id, topic, data })),
    );
  return { ...running, sample, send };
}

test('requests are measured by route and status class, without ids or paths in labels', async (t) => {
  const { person, sample, service } = await start(t, todoService);
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'measured' });
  await ada.call('GET', `/api/v1/tasks/${v7()}`);
  await ada.call('GET', `/api/v1/tasks/${v7()}`);
  await fetch(`${service.url}/nothing/here`);
  const count = (labels: string) => sample(`rondo_http_request_duration_seconds_count{${labels}}`);
  await eventually(async () => (await count('method="GET",route="unknown",status="4xx"')) === 1);
  assert.equal(await count('method="POST",route="/api/v1/tasks",status="2xx"'), 1);
  assert.equal(await count('method="GET",route="/api/v1/tasks/:id",status="4xx"'), 2);
});

test('each read of the metrics checks the dependencies, and an outbox has an owner and a backlog', async (t) => {
  const { person, sample, sidecar } = await start(t, todoService);
  const dependency = (name: string, required: boolean) =>
    sample(`rondo_dependency_up{dependency="${name}",required="${required}"}`);
  await eventually(async () => (await sample('rondo_outbox_owner')) === 1);
  assert.deepEqual(
    [
      await dependency('database', true),
      await dependency('sidecar', false),
      await dependency('relay', false),
    ],
    [1, 1, 1],
  );
  sidecar.onPublish(() => ({ status: 500, body: '{}' }));
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'waits' });
  await eventually(async () => (await sample('rondo_outbox_events')) === 1);
  assert.ok(((await sample('rondo_outbox_failed_total')) ?? 0) > 0);
  await sidecar.close();
  await eventually(async () => (await dependency('sidecar', false)) === 0);
  assert.equal(await dependency('database', true), 1);
});

test('a delivery measures the age of its events and counts duplicates', async (t) => {
  const keys = { 'checkpoint-keys': Buffer.alloc(32).toString('base64') };
  const { person, sample, send } = await start(t, auditService, { secrets: { [auditSecret]: keys } });
  const ada = await person();
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const late = taskEvent(ada.id, 1, { timestamp: ago(30_000) });
  await send(late, taskEvent(ada.id, 2, { timestamp: ago(0) }));
  await send(late);
  const age = (name: string) => sample(`rondo_delivery_age_seconds_${name}`);
  assert.equal(await age('count{topic="task-events"}'), 3);
  assert.equal(await age('bucket{le="10",topic="task-events"}'), 1);
  assert.equal(await age('bucket{le="60",topic="task-events"}'), 3);
  assert.equal(await sample('rondo_duplicate_events_total'), 1);
  await ada.call('GET', '/api/v1/audit/verify');
  assert.equal(await sample('rondo_audit_verifications_total{result="intact"}'), 1);
  assert.equal(await sample('rondo_audit_verifications_total{result="broken"}'), 0);
  assert.equal(
    await sample('rondo_dropped_events_total{reason="handler-failed"}'),
    0,
    'exposed from the start',
  );
});

test('every service that follows tasks counts an event older than the version that it has as stale', async (t) => {
  const keys = { 'encryption-keys': Buffer.alloc(32).toString('base64') };
  for (const definition of [recurringTaskService, notificationService]) {
    const secrets = { 'rondo-notification': keys };
    const { person, sample, send } = await start(t, definition, { secrets });
    const ada = await person();
    const task = { task_id: v7(), event_type: 'task-updated' as const };
    const version = (n: number) => {
      const event = taskEvent(ada.id, n, { ...task, version: n });
      const payload = {
        ...event.payload,
        due_date: '2027-01-31',
        reminders: [{ at: '2027-01-30T08:00:00Z' }],
      };
      return { ...event, payload };
    };
    await send(version(2));
    assert.equal(await sample('rondo_stale_events_total'), 0, definition.name);
    await send(version(1));
    assert.equal(await sample('rondo_stale_events_total'), 1, definition.name);
  }
});

test('a client is behind by the events that it has not acknowledged, until it answers a ping', async (t) => {
  const env = { HEARTBEAT_SECONDS: '1' };
  const { person, sample, send, service } = await start(t, websocketService, { env });
  const ada = await person();
  await send(...[1, 2, 3].map((seq) => taskEvent(ada.id, seq)));
  await send(taskEvent(ada.id, 2));
  assert.equal(await sample('rondo_stale_events_total'), 1);

  const { ticket } = (await ada.call<WsTicket>('POST', '/api/v1/ws-tickets')).body;
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/ws`, { autoPong: false });
  t.after(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'hello', ticket, since: 1 }));
  const behind = () => sample('rondo_websocket_unacknowledged_events_max');
  await eventually(async () => (await behind()) === 2, { what: 'the events after its hello' });
  socket.on('ping', () => socket.pong());
  await eventually(async () => (await behind()) === 0, { what: 'its pong to acknowledge them' });
  assert.equal(await sample('rondo_websocket_open'), 1, 'the socket is still open');
  assert.equal(await sample('rondo_websocket_hellos_total{kind="resume"}'), 1);
});

test('without a collector, requests, events and a stop still work', async (t) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
  const { person, sidecar, service } = await start(t, todoService, { env });
  const ada = await person();
  const { status, body } = await ada.call('POST', '/api/v1/tasks', { title: 'recorded nowhere' });
  assert.equal(status, 201);
  await eventually(() => sidecar.accepted.some(({ event }) => event['task_id'] === body['id']));
  await service.stop();
});
