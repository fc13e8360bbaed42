import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '@rondo/todo-service/service';
import { startTodoGateway, ways, type Way } from './support/todo-gateway.ts';

const { service, person } = await startTestService({ after }, todoService);
const ada = await person();
const { body: made } = await ada.call<{ password: string }>('POST', '/api/v1/app-passwords', { name: 'x' });
const basic = (user: string) => `Basic ${Buffer.from(`${user}:${made.password}`).toString('base64')}`;

type Asked = { body?: string; headers?: Record<string, string> };

const todo =
  'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:u1\r\nSUMMARY:Pay rent\r\nEND:VTODO\r\nEND:VCALENDAR\r\n';
const object = '/dav/calendars/tasks/rent.ics';
const icalendar = { 'content-type': 'text/calendar' };

const rateLimit = { perSecond: 0.001, burst: 3 };
const gateways = {} as Record<Way, { url: string; limited: string }>;
for (const way of ways)
  gateways[way] = {
    url: await startTodoGateway({ after }, service, { way }),
    limited: await startTodoGateway({ after }, service, { way, rateLimit }),
  };

for (const way of ways) describe(`a gateway that reaches Todo ${way}`, () => testGateway(gateways[way]));

function testGateway({ url, limited }: { url: string; limited: string }): void {
  async function ask(method: string, path: string, { body, headers = {} }: Asked = {}, at = url) {
    const answer = await fetch(`${at}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: basic('ada'), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  test('the gateway passes the methods of WebDAV on, and the challenge back', async () => {
    const known = await ask('PROPFIND', '/.well-known/caldav', { headers: { depth: '0' } });
    assert.deepEqual([known.status, known.headers.get('location')], [301, '/dav/']);
    const options = await ask('OPTIONS', '/dav/');
    assert.deepEqual([options.status, options.headers.get('dav')], [200, '1, 3, calendar-access']);
    assert.equal((await ask('PUT', object, { body: todo, headers: icalendar })).status, 201);
    assert.match((await ask('GET', object)).text, /SUMMARY:Pay rent/);
    const list = await ask('PROPFIND', '/dav/calendars/tasks/', { headers: { depth: '1' } });
    assert.equal(list.status, 207);
    assert.match(list.text, /rent\.ics/);
    const report = await ask('REPORT', '/dav/calendars/tasks/', {
      body: '<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:prop><D:getetag/></D:prop></D:sync-collection>',
    });
    assert.match(report.text, /rent\.ics/);
    assert.equal(
      (await ask('PROPPATCH', '/dav/calendars/tasks/', { body: '<D:propertyupdate xmlns:D="DAV:"/>' }))
        .status,
      207,
    );
    assert.equal((await ask('MKCALENDAR', '/dav/calendars/x/')).status, 403);
    assert.equal((await ask('DELETE', object)).status, 204);
    const refused = await ask('PROPFIND', '/dav/', { headers: { depth: '0', authorization: 'Basic eDp5' } });
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic realm/);
  });

  test('other paths do not have the methods of WebDAV', async () => {
    for (const path of ['/api/v1/tasks', '/api/v1/app-passwords'])
      assert.equal((await ask('PROPFIND', path)).status, 405, path);
  });

  test('an object may have 256 KiB, and other bodies of WebDAV 64 KiB', async () => {
    const put = (bytes: number) => ask('PUT', object, { body: 'x'.repeat(bytes), headers: icalendar });
    assert.deepEqual([(await put(262_144)).status, (await put(262_145)).status], [403, 413]);
    const find = (bytes: number) =>
      ask('PROPFIND', '/dav/', { body: ' '.repeat(bytes), headers: { depth: '0' } });
    assert.deepEqual([(await find(65_536)).status, (await find(65_537)).status], [207, 413]);
  });

  test('an app password has one limit, whatever the user name before it; the well-known address is limited too', async () => {
    const statuses: number[] = [];
    for (const user of ['a', 'b', 'c', 'd']) {
      const headers = { depth: '0', authorization: basic(user) };
      statuses.push((await ask('PROPFIND', '/dav/', { headers }, limited)).status);
    }
    assert.deepEqual(statuses, [207, 207, 207, 429]);
    const answers: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { status } = await fetch(`${limited}/.well-known/caldav`, { redirect: 'manual' });
      answers.push(status);
    }
    assert.deepEqual(answers, [301, 301, 301, 429]);
  });
}
