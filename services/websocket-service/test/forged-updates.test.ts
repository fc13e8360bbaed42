/** What another service than the one that writes to a topic sends there reaches no socket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import type { NotificationNudge } from '@rondo/shared/contracts/notification';
import { topics } from '@rondo/shared/contracts/topics';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { taskEvent } from '@rondo/shared/test/task-event';
import { deliver, firstOf, hello, open, seqsOf, socketUrl, start } from './support/socket.ts';

const history = '0196c000-0000-7000-8000-00000000000a';
const laterHistory = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

const nudgeOf = (workspace_id: string): NotificationNudge => ({
  event_id: v7(),
  event_type: 'notification-changed',
  schema_version: '1.0',
  timestamp: '2026-03-01T10:00:00.000Z',
  workspace_id,
  notification_id: null,
  unread: 7,
});

const namesExcept = (writer: string) =>
  serviceRegistry.map(({ name }) => name).filter((name) => name !== writer);

test('only Todo changes the tasks and the history of clients', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  const from = (source: string, seq: number, historyid: string) =>
    running.deliver(topics.taskUpdates, [
      { specversion: '1.0', id: v7(), source, historyid, data: taskEvent(ada.id, seq) },
    ]);
  assert.deepEqual(await from('todo-service', 1, history), ['SUCCESS']);
  const opened = open(t, socketUrl(running), await hello(ada, 1));
  await firstOf(opened);
  for (const source of namesExcept('todo-service'))
    assert.deepEqual(await from(source, 2, laterHistory), ['DROP'], source);
  assert.deepEqual(await from('todo-service', 2, history), ['SUCCESS']);
  await eventually(() => seqsOf(opened).length > 0);
  assert.deepEqual(
    opened.messages.map(({ type }) => type),
    ['welcome', 'event'],
  );
});

test('only Notification nudges', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  const opened = open(t, socketUrl(running), await hello(ada));
  await firstOf(opened);
  for (const source of namesExcept('notification-service')) {
    const forged = { specversion: '1.0', id: v7(), source, data: nudgeOf(ada.id) };
    assert.deepEqual(await running.deliver(topics.notificationUpdates, [forged]), ['DROP'], source);
  }
  assert.equal(await deliver(running, nudgeOf(ada.id), topics.notificationUpdates), 'SUCCESS');
  await eventually(() => opened.messages.length === 2);
});

test('each topic carries its own kind of event: the right to write to one is no right to write the other', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  await deliver(running, taskEvent(ada.id, 1));
  const opened = open(t, socketUrl(running), await hello(ada, 1));
  await firstOf(opened);
  assert.equal(await deliver(running, taskEvent(ada.id, 2), topics.notificationUpdates), 'DROP');
  assert.equal(await deliver(running, nudgeOf(ada.id), topics.taskUpdates), 'DROP');
  assert.equal(await deliver(running, taskEvent(ada.id, 2)), 'SUCCESS');
  await eventually(() => seqsOf(opened).length > 0);
  assert.deepEqual(
    opened.messages.map(({ type }) => type),
    ['welcome', 'event'],
  );
});
