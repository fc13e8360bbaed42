/** Clients that go while Todo works, or waits, for them: each kind of request then has its turns, slots and bytes again. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, describe, test, type TestContext } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { query } from '@rondo/postgres/test/query';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '@rondo/todo-service/service';
import { startTodoGateway, ways } from './support/todo-gateway.ts';

const { service, person, issuer, database_url } = await startTestService({ after }, todoService);
const rateLimit = { perSecond: 1_000, burst: 500 };

/** `isOneOfPerson`: a second one of a person is refused. */
type Asked = { method?: string; path: string; type?: string; body?: string; isOneOfPerson?: true };

const bulk = JSON.stringify({
  operations: Array.from({ length: 10 }, () => ({
    op: 'create',
    title: 'a',
    description: 'x'.repeat(19_000),
  })),
});
const kinds: Record<string, Asked> = {
  reads: { path: '/api/v1/tasks' },
  writes: { method: 'POST', path: '/api/v1/tasks', body: '{"title":"milk"}' },
  'large bodies': { method: 'POST', path: '/api/v1/tasks/bulk', body: bulk },
  exports: { path: '/api/v1/export', isOneOfPerson: true },
  imports: {
    method: 'POST',
    path: '/api/v1/imports',
    type: 'text/csv',
    body: 'TYPE,CONTENT\ntask,first\n',
    isOneOfPerson: true,
  },
  reports: {
    method: 'PROPFIND',
    path: '/dav/calendars/tasks/',
    type: 'application/xml',
    body: '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>',
  },
};

/** Keeps Todo from reading or writing tasks until the returned function is called. */
async function lockTasks(t: TestContext): Promise<() => Promise<void>> {
  const pool = openPool(database_url, 'closed clients', 1);
  const client = await pool.connect();
  await client.query('BEGIN; LOCK TABLE todo_service.tasks IN ACCESS EXCLUSIVE MODE');
  let unlocked: Promise<void> | undefined;
  const unlock = async () => {
    await client.query('ROLLBACK');
    client.release();
    await pool.end();
  };
  const once = () => (unlocked ??= unlock());
  t.after(once);
  return once;
}

const waitsForLock = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

for (const way of ways)
  describe(`a gateway that reaches Todo ${way}`, async () => {
    const url = await startTodoGateway({ after }, service, { way, rateLimit });
    for (const [
      kind,
      { method = 'GET', path, type = 'application/json', body, isOneOfPerson },
    ] of Object.entries(kinds))
      test(`${kind} of clients that went hold nothing`, async (t) => {
        const ada = await person();
        const { body: app } = await ada.call<{ password: string }>('POST', '/api/v1/app-passwords', {
          name: 'test',
        });
        const basic = `Basic ${Buffer.from(`x:${app.password}`).toString('base64')}`;
        const init = (authorization: string) => ({
          method,
          headers: { authorization, depth: '1', ...(body === undefined ? {} : { 'content-type': type }) },
        });
        const ask = async (by: string) => {
          const answer = await fetch(`${url}${path}`, {
            ...init(by),
            ...(body === undefined ? {} : { body }),
          });
          await answer.text();
          return answer.status;
        };
        const send = (by: string) => {
          const client = request(`${url}${path}`, { ...init(by), agent: false });
          return client.on('error', () => undefined).end(body);
        };
        const unlock = await lockTasks(t);
        // Each token has eight turns at the gateway, so these wait there, and in the service.
        const tokens = await Promise.all(Array.from({ length: 3 }, () => issuer.tokenFor({ sub: ada.id })));
        const all = kind === 'reports' ? [basic] : tokens.map((token) => `Bearer ${token}`);
        const left = all.flatMap((by) => Array.from({ length: 20 }, () => send(by)));
        await eventually(async () => (await query(database_url, waitsForLock)).length > 0);
        for (const client of left) client.destroy();
        await eventually(() => left.every(({ closed }) => closed));
        await unlock();
        // What Todo had begun for them may still be under way.
        await eventually(async () => (await ask(all[0] ?? '')) < 300);
        const next = isOneOfPerson ? [] : await Promise.all(all.map(ask));
        assert.deepEqual(
          next.filter((status) => status >= 300),
          [],
        );
      });
  });
