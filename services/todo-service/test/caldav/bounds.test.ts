import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, multiget, query, responsesIn, todo } from '../support/dav-client.ts';

const { person, service } = await startTestService({ after }, todoService);
const dav = await davClient(service.url, await person());
const propfind = (body: string) => dav.send('PROPFIND', collection, body, { depth: '0' });
const kibibyte = 1024;

test('XML with a DTD, entities, bad nesting, too much depth or too many elements is refused', async () => {
  const entity = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>';
  const external = '<!DOCTYPE x SYSTEM "file:///etc/passwd">';
  const open = '<D:propfind xmlns:D="DAV:"><D:prop>';
  const close = '</D:prop></D:propfind>';
  const cases: [status: number, body: string][] = [
    [403, `${entity}${open}<D:getetag>&b;</D:getetag>${close}`],
    [403, `${external}${open}${close}`],
    [400, `${open}&b;${close}`],
    [400, `${open}<D:getetag></D:prop></D:propfind>`],
    [400, `${open}<x:getetag/>${close}`],
    [400, 'no XML'],
    [400, '<D:other xmlns:D="DAV:"/>'],
    [403, `${open}${'<a>'.repeat(40)}${'</a>'.repeat(40)}${close}`],
    [403, `${open}${'<a/>'.repeat(6_000)}${close}`],
    [403, `${open}${Array.from({ length: 101 }, (_, n) => `<D:a${n}/>`).join('')}${close}`],
  ];
  for (const [status, body] of cases) assert.equal((await propfind(body)).status, status, body.slice(0, 90));
  const bytes = await fetch(`${service.url}${collection}`, { method: 'PROPFIND', body: 'x' });
  assert.equal(bytes.status, 401);
});

test('bodies are at most 64 KiB of XML and 256 KiB of iCalendar', async () => {
  assert.equal((await propfind(' '.repeat(64 * kibibyte + 1))).status, 413);
  const object = `${collection}large.ics`;
  const fill = (bytes: number) => {
    const text = todo('UID:large', 'SUMMARY:x', 'X-FILL:');
    return text.replace('X-FILL:', 'CATEGORIES:'.padEnd(bytes - text.length + 'X-FILL:'.length, 'x'));
  };
  assert.equal((await dav.send('PROPFIND', object, fill(65 * kibibyte), { depth: '0' })).status, 413);
  assert.equal((await dav.send('PUT', object, fill(256 * kibibyte + 1))).status, 413);
  assert.equal((await dav.send('PUT', object, fill(256 * kibibyte))).status, 201);
});

test('a multiget has at most 1,000 references, and a query at most 20 tests', async () => {
  const few = Array.from({ length: 1_000 }, (_, n) => `/${n}`);
  const { text } = await dav.report(multiget(...few));
  assert.equal(responsesIn(text).length, 1_000);
  const many = await dav.report(multiget(...few, '/more'));
  assert.equal(many.status, 403);
  assert.match(many.text, /<D:number-of-matches-within-limits\/>/);
  const tests = '<C:prop-filter name="X"/>'.repeat(21);
  assert.equal((await dav.report(query(`<C:comp-filter name="VTODO">${tests}</C:comp-filter>`))).status, 403);
});

test('a query with a limit says that there is more', async () => {
  const ada = await person();
  const own = await davClient(service.url, ada);
  for (const n of [1, 2, 3]) await own.put(`${n}.ics`, [`UID:${n}`, 'SUMMARY:x']);
  const limited = query('').replace(
    '</C:calendar-query>',
    '<D:limit><D:nresults>2</D:nresults></D:limit></C:calendar-query>',
  );
  const { text } = await own.report(limited);
  assert.deepEqual(
    responsesIn(text).map(({ status = '200' }) => status),
    ['200', '200', '507'],
  );
});

test('a collection of many pages is read whole', async () => {
  const ada = await person();
  const own = await davClient(service.url, ada);
  const tasks = Array.from({ length: 450 }, (_, n) => `BEGIN:VTODO\r\nUID:${n}\r\nSUMMARY:${n}\r\nEND:VTODO`);
  const file = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...tasks, 'END:VCALENDAR', ''].join('\r\n');
  await ada.call('POST', '/api/v1/calendar-import', file, { 'content-type': 'text/calendar' });
  const { text } = await own.report(query('', '<D:getetag/><C:calendar-data/>'));
  const titles = new Set([...text.matchAll(/SUMMARY:(\d+)/g)].map(([, title]) => title));
  assert.equal(titles.size, 450);
  const { objects } = await own.sync();
  assert.equal(Object.keys(objects).length, 450);
});
