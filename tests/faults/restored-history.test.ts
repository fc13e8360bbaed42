import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { openIssuer } from '@rondo/gateway/issuer';
import { makeBackup } from '@rondo/host-embedded/backup/make-backup';
import { restoreBackup } from '@rondo/host-embedded/backup/restore-backup';
import { connect, type SyncClient } from '@rondo/sync-client/sync-client';
import type { WsTicket } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess } from '../support/host-process.ts';
import { personAt, type Person } from '../support/person.ts';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.ts';

/** What an app keeps: titles by task id, where it is in which history, and its own changes that no server has confirmed. */
type Stored = {
  titles: Map<string, string>;
  seq: number;
  historyId: string | null;
  unsent: { id: string; title: string }[];
};

type App = { client: SyncClient; stored: Stored };

/** An app on the sync client. At `expired` it takes a snapshot, and then sends what is unsent. */
function startApp(t: TestContext, person: Person, baseUrl: () => string, stored: Stored): App {
  const { titles } = stored;

  async function startAgain(): Promise<void> {
    const { seq, tasks, historyId } = await person.snapshot();
    titles.clear();
    for (const { id, title } of tasks) titles.set(id, title);
    client.reset(seq, historyId);
    await sendUnsent();
  }

  async function sendUnsent(): Promise<void> {
    for (const change of stored.unsent)
      assert.equal((await person.call('POST', '/api/v1/tasks', change)).status, 201);
    stored.unsent.length = 0;
  }

  function apply({ seq, task_id: id, payload }: TaskEvent): void {
    stored.seq = seq;
    if (payload.deleted_at === null) titles.set(id, payload.title);
    else titles.delete(id);
  }

  const client: SyncClient = connect({
    get url() {
      return `${baseUrl().replace('http', 'ws')}/ws`;
    },
    getTicket: async () => ((await person.call('POST', '/api/v1/ws-tickets')).body as WsTicket).ticket,
    async fetchChanges(since, historyId) {
      const history = historyId === null ? '' : `&history_id=${historyId}`;
      const { status, body } = await person.call('GET', `/api/v1/changes?since=${since}${history}`);
      if (status === 409 || status === 410) return undefined;
      assert.equal(status, 200);
      return body as ChangePage;
    },
    since: stored.seq,
    historyId: stored.historyId,
    onEvent: apply,
    onState(state) {
      if (state === 'expired') void startAgain();
    },
  });
  t.after(() => client.close());
  return { client, stored };
}

const newStore = (): Stored => ({ titles: new Map(), seq: 0, historyId: null, unsent: [] });

async function create(person: Person, titles: string[]): Promise<void> {
  for (const title of titles)
    assert.equal((await person.call('POST', '/api/v1/tasks', { title })).status, 201);
}

/** Changes a task from version 1. @returns the ETag of version 2, which other histories have, too */
async function changeFirst(bob: Person, path: string, title: string): Promise<string> {
  const { status, headers } = await bob.call('PATCH', path, { title });
  assert.equal(status, 200);
  return headers.get('etag') ?? '';
}

async function hasConverged({ client, stored }: App, person: Person): Promise<boolean> {
  const { tasks } = await person.snapshot();
  const byId = ([left]: [string, string], [right]: [string, string]) => left.localeCompare(right);
  const [held, wanted] = [[...stored.titles], tasks.map(({ id, title }): [string, string] => [id, title])];
  return (
    client.state === 'live' && JSON.stringify(held.toSorted(byId)) === JSON.stringify(wanted.toSorted(byId))
  );
}

test(
  'after a restore every client ends with what the server has, and keeps its unsent changes',
  { timeout: 200_000 },
  async (t) => {
    const [dataDir, elsewhere] = [await temporaryDirectory(t), await temporaryDirectory(t)];
    const file = `${elsewhere}/rondo.backup`;
    let host = await startHostProcess(dataDir);
    t.after(() => host.end('SIGKILL'));
    const baseUrl = () => host.endpoints.url;
    const issuer = await openIssuer(dataDir);
    const ada = personAt(baseUrl, 'ada', await issuer.tokenFor('ada'));
    const bob = personAt(baseUrl, 'bob', await issuer.tokenFor('bob'));

    const connected = startApp(t, ada, baseUrl, newStore());
    const away = startApp(t, ada, baseUrl, newStore());
    await create(ada, ['1', '2', '3', '4', '5', '6']);
    const { id } = (await bob.call('POST', '/api/v1/tasks', { title: 'Pay' })).body as { id: string };
    const path = `/api/v1/tasks/${id}`;
    await makeBackup(dataDir, file);
    const lostEtag = await changeFirst(bob, path, 'Pay 100');
    await create(ada, ['7', '8', '9']);
    for (const app of [connected, away])
      await eventually(() => app.client.seq === 9, { what: 'a client at seq 9' });
    const before = away.client.historyId;
    away.client.close();
    away.stored.historyId = before;
    away.stored.unsent.push({ id: v7(), title: 'written while away' });

    await host.end('SIGKILL');
    await removeDirectory(dataDir);
    await restoreBackup(dataDir, file);
    host = await startHostProcess(dataDir);
    const etag = await changeFirst(bob, path, 'Pay 900 at the new bank');
    assert.deepEqual(
      [lostEtag, etag].map((one) => one.slice(0, 3)),
      ['"2-', '"2-'],
    );
    const read = await bob.call('GET', path, undefined, { 'if-none-match': lostEtag });
    assert.deepEqual(
      [read.status, read.headers.get('etag')],
      [200, etag],
      'the device with the lost content',
    );
    const refused = await bob.call('PATCH', path, { title: 'Pay 100 today' }, { 'if-match': lostEtag });
    assert.equal(refused.status, 412);
    await create(ada, ['other 7', 'other 8', 'other 9']);
    const { status, body } = await ada.call('GET', `/api/v1/changes?since=9&history_id=${before}`);
    assert.deepEqual([status, (body as { code: string }).code], [409, 'history-changed']);
    assert.ok((await ada.snapshot()).historyId > String(before), 'the restored history is a later one');
    await eventually(() => hasConverged(connected, ada), {
      timeout_ms: 30_000,
      what: 'the client that was connected all the time to have what the server has',
    });

    const back = startApp(t, ada, baseUrl, away.stored);
    await eventually(() => back.stored.unsent.length === 0, {
      timeout_ms: 30_000,
      what: 'the offline client to start again and send its change',
    });
    await eventually(() => hasConverged(back, ada), {
      what: 'the offline client to have what the server has',
    });
    await eventually(() => hasConverged(connected, ada), { what: 'the other client to have its change' });
    assert.deepEqual([...back.stored.titles.values()].toSorted(), [
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      'other 7',
      'other 8',
      'other 9',
      'written while away',
    ]);
    assert.equal(await host.end('SIGTERM'), 0);
  },
);
