import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { defaultBodyLimit, findService } from '@rondo/shared/service-registry';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '@rondo/todo-service/service';
import { startTodoGateway, ways, type Way } from './support/todo-gateway.ts';

const { service, person } = await startTestService({ after }, todoService);
const ada = await person();

type Asked = { method?: string; body?: string; headers?: Record<string, string> };

const urls: Record<Way, string> = {
  'over HTTP': await startTodoGateway({ after }, service, { way: 'over HTTP' }),
  'in its process': await startTodoGateway({ after }, service, { way: 'in its process' }),
};

for (const way of ways) describe(`a gateway that reaches Todo ${way}`, () => testGateway(urls[way]));

function testGateway(url: string): void {
  const ask = (path: string, { headers = {}, ...init }: Asked = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${ada.token}`,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });

  test('a conditional GET of a task and of a calendar is 304 through the gateway, also as HEAD', async () => {
    const task = (await (
      await ask('/api/v1/tasks', { method: 'POST', body: '{"title":"x"}' })
    ).json()) as Task;
    const feed = (await (await ask('/api/v1/calendar-feed', { method: 'POST' })).json()) as { path: string };
    for (const path of [`/api/v1/tasks/${task.id}`, feed.path]) {
      const whole = await ask(path);
      assert.equal(whole.status, 200, path);
      const etag = whole.headers.get('etag') ?? '';
      assert.notEqual(await whole.text(), '');
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(path, { method, headers: { 'if-none-match': etag } });
        assert.deepEqual(
          [answer.status, answer.headers.get('etag'), await answer.text()],
          [304, etag, ''],
          path,
        );
      }
      const head = await ask(path, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
    }
  });

  test('the service accepts a body of every size that the gateway passes on', async () => {
    const limits = { '/api/v1/tasks': defaultBodyLimit, ...findService('todo-service').bodyLimits };
    for (const [path, limit] of Object.entries(limits)) {
      // CalDAV's objects are put, and have a test of their own.
      if (path.startsWith('/dav/')) continue;
      const body = ' '.repeat(limit);
      for (const type of ['application/json', 'text/calendar']) {
        const { status } = await ask(path, { method: 'POST', body, headers: { 'content-type': type } });
        assert.ok([200, 400, 415, 422].includes(status), `${path} ${type}: ${status}`);
      }
    }
  });

  test('a method that a resource does not support is 405 through the gateway', async () => {
    const answer = await ask('/api/v1/tasks', { method: 'PUT', body: '{}' });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD, POST']);
  });
}
