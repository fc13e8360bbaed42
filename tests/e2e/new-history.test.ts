import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { connect, type SyncClient } from '@rondo/sync-client/sync-client';
import { openInstallation, type Installation } from '../support/installation.ts';

test('a database goes back while services and clients run: the next change sends an open client to a snapshot', async (t) => {
  const installation = await openInstallation(t);
  const ada = await installation.person('ada');
  const titles = new Map<string, string>();
  let snapshots = 0;
  async function startAgain(): Promise<void> {
    snapshots += 1;
    const { seq, tasks, historyId } = await ada.snapshot();
    titles.clear();
    for (const { id, title } of tasks) titles.set(id, title);
    client.reset(seq, historyId);
  }

  const client: SyncClient = connect<TaskEvent>({
    url: `${installation.url().replace('http', 'ws')}/ws`,
    getTicket: async () => ((await ada.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
    async fetchChanges(since, historyId) {
      const history = historyId === null ? '' : `&history_id=${historyId}`;
      const { status, body } = await ada.call('GET', `/api/v1/changes?since=${since}${history}`);
      return status === 200 ? (body as ChangePage) : undefined;
    },
    since: 0,
    onEvent: ({ task_id: id, payload }) => titles.set(id, payload.title),
    onState(state) {
      if (state === 'expired') void startAgain();
    },
    WebSocket,
  });
  t.after(() => client.close());
  const create = async (title: string) => (await ada.call('POST', '/api/v1/tasks', { title })).body as Task;
  await create('1');
  await create('2');
  const { id, workspace_id: workspaceId } = await create('3');
  // A consumer that joins late misses events; the client reads them after an idle minute.
  await eventually(() => client.seq === 3 && client.state === 'live', { timeout_ms: 90_000 });

  await untilSocketsGetEvents(t, installation);
  await installation.query('DELETE FROM todo_service.events WHERE workspace_id = $1 AND seq = 3', [
    workspaceId,
  ]);
  await installation.query('DELETE FROM todo_service.tasks WHERE workspace_id = $1 AND id = $2', [
    workspaceId,
    id,
  ]);
  await installation.query('UPDATE todo_service.workspaces SET seq = 2, pending = 2 WHERE id = $1', [
    workspaceId,
  ]);
  await installation.query('SELECT todo_service.start_history()');
  await create('other 3');
  await eventually(() => titles.size === 3 && [...titles.values()].includes('other 3'), {
    // Less than an idle minute, after which the client would read the feed by itself.
    timeout_ms: 55_000,
    what: 'the client to have what the server has',
  });
  assert.deepEqual([...titles.values()].toSorted(), ['1', '2', 'other 3']);
  assert.equal(snapshots, 1);
  await create('4');
  await eventually(() => client.seq === 4 && client.state === 'live', { timeout_ms: 90_000 });
});

/** On Kafka the consumer of a socket's replica may join late. Until it has, clients get their events from the feed only. */
async function untilSocketsGetEvents(t: TestContext, installation: Installation): Promise<void> {
  const bob = await installation.person('bob');
  const heard = new Set<string>();
  const probe = connect<TaskEvent>({
    url: `${installation.url().replace('http', 'ws')}/ws`,
    getTicket: async () => ((await bob.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
    fetchChanges: async (since) =>
      (await bob.call('GET', `/api/v1/changes?since=${since}`)).body as ChangePage,
    since: 0,
    onEvent: ({ task_id: id }) => heard.add(id),
    WebSocket,
  });
  t.after(() => probe.close());
  await eventually(() => probe.state === 'live', { timeout_ms: 30_000 });
  const made: string[] = [];
  await eventually(
    async () => {
      made.push(((await bob.call('POST', '/api/v1/tasks', { title: 'probe' })).body as Task).id);
      return made.some((id) => heard.has(id));
    },
    { timeout_ms: 90_000, every_ms: 1_000, what: 'an event on the socket' },
  );
}
