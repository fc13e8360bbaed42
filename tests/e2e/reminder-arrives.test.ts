import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { NotificationPage } from '@rondo/shared/contracts/notification';
import { connect } from '@rondo/sync-client/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { openInstallation } from '../support/installation.ts';

test('a reminder reaches the inbox, the open socket and the webhook of its person within ten seconds', async (t) => {
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(chunk.toString()));
    request.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => receiver.close());
  const installation = await openInstallation(t, { RONDO_ALLOW_PRIVATE_ADDRESSES: 'true' });
  const ada = await installation.person('ada');
  const hook = await ada.call('POST', '/api/v1/channels', {
    kind: 'webhook',
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
  });
  assert.equal(hook.status, 201, JSON.stringify(hook.body));
  const nudges: number[] = [];
  const client = connect({
    url: `${installation.url().replace('http', 'ws')}/ws`,
    getTicket: async () => ((await ada.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
    fetchChanges: async (since) => ada.get<ChangePage>(`/api/v1/changes?since=${since}`),
    since: 0,
    onEvent: () => undefined,
    onNotification: ({ unread }) => nudges.push(unread),
    WebSocket,
  });
  t.after(() => client.close());
  await eventually(() => client.state === 'live');
  const at = new Date(Date.now() + 1_500).toISOString();
  const made = await ada.call('POST', '/api/v1/tasks', { title: 'Water the plants', reminder_time: at });
  const task = made.body as Task;
  const inbox = await eventually(
    async () => {
      const page = await ada.get<NotificationPage>('/api/v1/notifications');
      return page.total > 0 && page;
    },
    { timeout_ms: 11_500 },
  );
  assert.deepEqual(
    inbox.notifications.map(({ task_id, title, remind_at }) => [task_id, title, remind_at]),
    [[task.id, 'Water the plants', at]],
  );
  await eventually(() => nudges.includes(1) && received.length === 1);
  assert.match(received[0] ?? '', new RegExp(task.id));
});
