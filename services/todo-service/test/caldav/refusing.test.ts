import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, multiget, todo } from '../support/dav-client.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { create, eventsOf, tasksOf } from '../support/tasks-of.ts';

const { person, service } = await startTestService({ after }, todoService);
const client = (owner: TestPerson) => davClient(service.url, owner);

test('If-Match and If-None-Match are obeyed, and one of two writers gets 412', async () => {
  const ada = await person();
  const dav = await client(ada);
  await dav.put('a.ics', ['SUMMARY:one']);
  const etag = (await dav.send('GET', `${collection}a.ics`)).headers.get('etag') ?? '';
  assert.equal((await dav.put('a.ics', ['SUMMARY:two'], { 'if-none-match': '*' })).status, 412);
  assert.equal((await dav.put('b.ics', ['UID:u2', 'SUMMARY:b'], { 'if-match': '*' })).status, 412);
  assert.equal(
    (await dav.send('DELETE', `${collection}a.ics`, undefined, { 'if-match': '"9-9"' })).status,
    412,
  );
  for (const header of ['if-match', 'if-none-match'])
    assert.equal((await dav.put('a.ics', ['SUMMARY:two'], { [header]: etag.slice(0, -1) })).status, 400);
  const both = await Promise.all(
    ['x', 'y'].map((title) => dav.put('a.ics', [`SUMMARY:${title}`], { 'if-match': etag })),
  );
  assert.deepEqual(
    both.map(({ status }) => status).toSorted((a, b) => a - b),
    [204, 412],
  );
});

test('what can not be a task is 403 with its precondition, and changes nothing', async () => {
  const ada = await person();
  const dav = await client(ada);
  await dav.put('a.ics', ['SUMMARY:one']);
  const before = await eventsOf(ada);
  const event = calendarOf('BEGIN:VEVENT\r\nUID:e\r\nSUMMARY:x\r\nDTSTART:20270101T000000Z\r\nEND:VEVENT');
  const cases: [precondition: string, body: string][] = [
    ['supported-calendar-component', event],
    ['valid-calendar-data', 'no calendar'],
    ['valid-calendar-data', todo('SUMMARY:x', 'UID:n', 'DUE:tomorrow')],
    ['valid-calendar-data', todo('SUMMARY:x', 'UID:n', 'STATUS:CANCELLED')],
    ['valid-calendar-data', todo('SUMMARY:x', 'UID:n', 'DTSTART:20270101T000000Z', 'RRULE:FREQ=NEVER')],
    ['valid-calendar-object-resource', todo('SUMMARY:x', 'UID:')],
    ['valid-calendar-object-resource', calendarOf()],
    ['valid-calendar-object-resource', todo('SUMMARY:x', 'UID:n', 'END:VTODO', 'BEGIN:VTODO', 'UID:m')],
    ['no-uid-conflict', todo('SUMMARY:one')],
    ['max-resource-size', todo('SUMMARY:x', 'UID:n', `ATTACH:${'x'.repeat(17_000)}`)],
  ];
  for (const [precondition, body] of cases) {
    const answer = await dav.send('PUT', `${collection}new.ics`, body, { 'content-type': 'text/calendar' });
    assert.equal(answer.status, 403, `${precondition} ${body}`);
    assert.match(answer.text, new RegExp(`<C:${precondition}[/>]`), body);
    assert.match(answer.text, /<D:responsedescription>.+<\/D:responsedescription>/);
  }
  const other = await dav.put('a.ics', ['UID:other', 'SUMMARY:one']);
  assert.match(other.text, /<C:no-uid-conflict><D:href>\/dav\/calendars\/tasks\/a.ics<\/D:href>/);
  const json = await dav.send('PUT', `${collection}j.ics`, '{}', { 'content-type': 'application/json' });
  assert.match(json.text, /<C:supported-calendar-data\/>/);
  assert.deepEqual(await eventsOf(ada), before);
});

test("no method reaches another person's objects, by any of their names", async () => {
  const [ada, eve] = [await person(), await person()];
  const [dav, hers] = [await client(ada), await client(eve)];
  await dav.put('secret.ics', ['UID:secret', 'SUMMARY:secret words']);
  const task = await create(ada, { title: 'secret words' });
  const { token } = await dav.sync();
  const etag = (await dav.send('GET', `${collection}secret.ics`)).headers.get('etag') ?? '';
  const before = await eventsOf(ada);
  for (const name of ['secret.ics', `${task.id}.ics`]) {
    const path = `${collection}${name}`;
    for (const method of ['GET', 'HEAD', 'DELETE'])
      assert.equal((await hers.send(method, path)).status, 404, `${method} ${name}`);
    assert.equal((await hers.propfind(path, '<D:getetag/>')).status, 404);
    assert.equal((await hers.send('PUT', path, todo('SUMMARY:x'), { 'if-match': etag })).status, 412);
    assert.match((await hers.report(multiget(path))).text, /404 Not Found/);
  }
  for (const one of [token, '']) {
    const { text } = await hers.sync(one);
    assert.doesNotMatch(text, /secret/);
    assert.ok(!text.includes(task.id));
  }
  const { text } = await hers.propfind(collection, '<D:getetag/>', '1');
  assert.ok(!text.includes('secret') && !text.includes(task.id));
  // The same name and UID are hers, too: another task in another workspace.
  assert.equal((await hers.put('secret.ics', ['UID:secret', 'SUMMARY:of Eve'])).status, 201);
  assert.equal(
    (await hers.put('child.ics', ['UID:c', 'SUMMARY:c', `RELATED-TO:${task.id}@rondo`])).status,
    201,
  );
  assert.deepEqual(
    (await tasksOf(eve)).map(({ parent_id: parent }) => parent),
    [null, null],
  );
  assert.deepEqual(await eventsOf(ada), before);
});
