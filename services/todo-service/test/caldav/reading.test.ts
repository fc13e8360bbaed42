import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, multiget, query, responsesIn } from '../support/dav-client.ts';

let aheadMs = 0;
const { person, service } = await startTestService({ after }, todoService, {
  clock: { now: () => new Date(Date.now() + aheadMs) },
});
const dayMs = 24 * 60 * 60 * 1000;
const client = (owner: TestPerson) => davClient(service.url, owner);
const create = async (owner: TestPerson, draft: object) =>
  (await owner.call<Task>('POST', '/api/v1/tasks', draft)).body;
const found = (text: string) =>
  responsesIn(text)
    .filter(({ status }) => status === undefined)
    .map(({ path }) => path.replace(collection, '').replace('.ics', ''))
    .toSorted();

test('a client discovers the collection from the well-known address', async () => {
  const dav = await client(await person());
  const start = await dav.send('PROPFIND', '/.well-known/caldav');
  assert.deepEqual([start.status, start.headers.get('location')], [301, '/dav/']);
  const root = await dav.propfind('/dav/', '<D:current-user-principal/><D:resourcetype/>');
  assert.equal(root.status, 207);
  assert.match(root.text, /<D:current-user-principal><D:href>\/dav\/principals\/me\/<\/D:href>/);
  const principal = await dav.propfind('/dav/principals/me/', '<C:calendar-home-set/><D:principal-URL/>');
  assert.match(principal.text, /<C:calendar-home-set><D:href>\/dav\/calendars\/<\/D:href>/);
  const home = await dav.propfind(
    '/dav/calendars/',
    '<D:resourcetype/><D:displayname/><C:supported-calendar-component-set/><CS:getctag/><D:sync-token/><D:supported-report-set/><D:current-user-privilege-set/><X:calendar-color xmlns:X="http://apple.com/ns/ical/"/>',
    '1',
  );
  const [, tasks] = responsesIn(home.text);
  assert.equal(tasks?.path, collection);
  assert.match(tasks.text, /<D:resourcetype><D:collection\/><C:calendar\/><\/D:resourcetype>/);
  assert.match(tasks.text, /<C:supported-calendar-component-set><C:comp name="VTODO"\/>/);
  assert.match(tasks.text, /<D:sync-token>data:,/);
  assert.match(tasks.text, /<D:report><D:sync-collection\/><\/D:report>/);
  assert.match(tasks.text, /<D:privilege><D:write-content\/><\/D:privilege>/);
  assert.match(
    tasks.text,
    /<calendar-color xmlns="http:\/\/apple.com\/ns\/ical\/"\/><\/D:prop><D:status>HTTP\/1.1 404/,
  );
});

test('OPTIONS names the compliance classes and the methods, with and without a password', async () => {
  const always = 'OPTIONS, PROPFIND, PROPPATCH, REPORT';
  for (const [path, methods] of [
    ['/dav/', always],
    ['/dav/calendars/', always],
    [collection, always],
    [`${collection}a.ics`, `${always}, GET, HEAD, PUT, DELETE`],
  ] as const) {
    const { status, headers } = await fetch(`${service.url}${path}`, { method: 'OPTIONS' });
    assert.deepEqual(
      [status, headers.get('dav'), headers.get('allow')],
      [200, '1, 3, calendar-access', methods],
      path,
    );
  }
});

test('a depth that is infinite or missing is refused, and no body asks for all properties', async () => {
  const ada = await person();
  const dav = await client(ada);
  for (const headers of [{ depth: 'infinity' }, {}] as Record<string, string>[]) {
    const answer = await dav.send('PROPFIND', collection, undefined, headers);
    assert.equal(answer.status, 403);
    assert.match(answer.text, /<D:propfind-finite-depth\/>/);
  }
  const all = await dav.send('PROPFIND', collection, undefined, { depth: '0' });
  assert.match(all.text, /<D:displayname>Rondo<\/D:displayname>/);
  assert.doesNotMatch(all.text, /getctag|404/);
});

test('the collection lists open tasks, those completed in the last 30 days, and none of the trash', async () => {
  const ada = await person();
  const dav = await client(ada);
  const [open, done, gone] = [
    await create(ada, { title: 'open' }),
    await create(ada, { title: 'done', status: 'complete' }),
    await create(ada, { title: 'gone' }),
  ];
  await ada.call('DELETE', `/api/v1/tasks/${gone.id}`);
  const list = async () => {
    const { text } = await dav.propfind(collection, '<D:getetag/>', '1');
    return found(text).filter((id) => id !== '');
  };
  assert.deepEqual(await list(), [open.id, done.id].toSorted());
  const { token } = await dav.sync();
  try {
    aheadMs += 31 * dayMs;
    assert.deepEqual(await list(), [open.id]);
    // The window moved, and no event says so.
    assert.deepEqual((await dav.sync(token)).objects, { [`${done.id}.ics`]: '404' });
  } finally {
    aheadMs = 0;
  }
});

test('an object is read with GET and HEAD, is 304 if it is unchanged, and is 404 under another name', async () => {
  const ada = await person();
  const dav = await client(ada);
  const task = await create(ada, {
    title: 'Pay rent',
    due_date: '2027-02-01T09:00:00+01:00',
    time_zone: 'Europe/Berlin',
  });
  const path = `${collection}${task.id}.ics`;
  const answer = await dav.send('GET', path);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/calendar/);
  assert.match(
    answer.text,
    /BEGIN:VTIMEZONE[^]*SUMMARY:Pay rent\r\n[^]*DUE;TZID=Europe\/Berlin:20270201T090000/,
  );
  assert.doesNotMatch(answer.text, /VEVENT/);
  const etag = answer.headers.get('etag') ?? '';
  const head = await dav.send('HEAD', path);
  assert.deepEqual([head.status, head.text, head.headers.get('etag')], [200, '', etag]);
  assert.equal((await dav.send('GET', path, undefined, { 'if-none-match': etag })).status, 304);
  for (const name of ['x.ics', task.id, `${task.id}.ICS`, '%00.ics', 'a%2Fb.ics', '%ff.ics'])
    assert.ok([400, 404].includes((await dav.send('GET', `${collection}${name}`)).status), name);
});

test('a multiget answers each object once, also as a whole address, and 404 for what is not there', async () => {
  const ada = await person();
  const dav = await client(ada);
  const task = await create(ada, { title: 'Tom & "Jerry" <3' });
  const own = `${collection}${task.id}.ics`;
  const { status, text } = await dav.report(
    multiget(
      own,
      `http://example.com${own}`,
      own.replace('.ics', '%2Eics'),
      `${collection}none.ics`,
      `${collection}%6eone.ics`,
      '/elsewhere',
      '/elsewhere',
      `${task.id}.ics`,
    ),
  );
  assert.equal(status, 207);
  assert.deepEqual(
    responsesIn(text).map(({ path, status: one }) => [path, one]),
    [
      [own, undefined],
      [`${collection}%6eone.ics`, '404'],
      ['/elsewhere', '404'],
      [`${task.id}.ics`, '404'],
    ],
  );
  assert.match(text, /SUMMARY:Tom &amp; &quot;Jerry&quot; &lt;3&#13;\n/);
});

test('a query filters by component, properties and times', async () => {
  const ada = await person();
  const dav = await client(ada);
  const [open, done, dated] = [
    await create(ada, { title: 'open one' }),
    await create(ada, { title: 'done', status: 'complete' }),
    await create(ada, { title: 'dated', due_date: '2030-05-10', reminders: [{ before: 'PT1H' }] }),
  ];
  const names = { [open.id]: 'open', [done.id]: 'done', [dated.id]: 'dated' };
  const matching = async (filter: string) => {
    const { text } = await dav.report(query(filter));
    return found(text)
      .map((id) => names[id] ?? id)
      .toSorted();
  };
  const inTodo = (test: string) => `<C:comp-filter name="VTODO">${test}</C:comp-filter>`;
  const all = ['dated', 'done', 'open'];
  assert.deepEqual(await matching(''), all);
  assert.deepEqual(await matching(inTodo('')), all);
  assert.deepEqual(await matching('<C:comp-filter name="VEVENT"/>'), []);
  const noCompleted = '<C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>';
  assert.deepEqual(await matching(inTodo(noCompleted)), ['dated', 'open']);
  const status = (text: string, more = '') =>
    inTodo(`<C:prop-filter name="STATUS"><C:text-match${more}>${text}</C:text-match></C:prop-filter>`);
  assert.deepEqual(await matching(status('completed')), ['done']);
  assert.deepEqual(await matching(status('COMPLETED', ' negate-condition="yes"')), ['dated', 'open']);
  assert.deepEqual(await matching(status('completed', ' collation="i;octet"')), []);
  const textTests = (count: number, length: number) =>
    `<C:prop-filter name="SUMMARY"><C:text-match>${'x'.repeat(length)}</C:text-match></C:prop-filter>`.repeat(
      count,
    );
  assert.deepEqual(await matching(inTodo(textTests(2, 250))), []);
  assert.deepEqual(await matching(inTodo('<C:comp-filter name="VALARM"/>')), ['dated']);
  const range = '<C:time-range start="20300510T000000Z" end="20300511T000000Z"/>';
  // RFC 4791 section 9.9: a task without dates counts from its creation, a complete one from creation to completion.
  assert.deepEqual(await matching(inTodo(range)), ['open']);
  assert.deepEqual(
    await matching(inTodo('<C:time-range start="20300509T000000Z" end="20300510T000000Z"/>')),
    ['dated', 'open'],
  );
  const completed = (start: string) =>
    inTodo(`<C:prop-filter name="COMPLETED"><C:time-range start="${start}"/></C:prop-filter>`);
  assert.deepEqual(await matching(completed('20200101T000000Z')), ['done']);
  assert.deepEqual(await matching(completed('20990101T000000Z')), []);
  for (const [filter, precondition] of [
    [inTodo('<C:prop-filter name="STATUS"><C:param-filter name="X"/></C:prop-filter>'), 'supported-filter'],
    [status('x'.repeat(501)), 'supported-filter'],
    [inTodo(textTests(2, 251)), 'supported-filter'],
    [inTodo('<C:time-range/>'), 'valid-filter'],
    [inTodo('<C:time-range start="20370201T000000Z" end="20370201T000000Z"/>'), 'valid-filter'],
    [status('x', ' collation="i;other"'), 'supported-collation'],
  ] as const) {
    const answer = await dav.report(query(filter));
    assert.equal(answer.status, 403);
    assert.match(answer.text, new RegExp(`<C:${precondition}[/>]`));
  }
});

test('a sync report tells all at first, then what changed and what was removed', async () => {
  const ada = await person();
  const dav = await client(ada);
  const [first, second] = [await create(ada, { title: 'first' }), await create(ada, { title: 'second' })];
  const initial = await dav.sync();
  assert.deepEqual(
    Object.keys(initial.objects).toSorted(),
    [`${first.id}.ics`, `${second.id}.ics`].toSorted(),
  );
  assert.deepEqual((await dav.sync(initial.token)).objects, {});
  await ada.call('PATCH', `/api/v1/tasks/${first.id}`, { priority: 1 });
  await ada.call('DELETE', `/api/v1/tasks/${second.id}`);
  const third = await create(ada, { title: 'third' });
  const later = await dav.sync(initial.token);
  const etagOf = async ({ id }: { id: string }) =>
    (await dav.send('HEAD', `${collection}${id}.ics`)).headers.get('etag');
  assert.deepEqual(later.objects, {
    [`${first.id}.ics`]: await etagOf(first),
    [`${second.id}.ics`]: '404',
    [`${third.id}.ics`]: await etagOf(third),
  });
  assert.match((await etagOf(first)) ?? '', /^"2-0-[0-9a-f]{12}"$/);
  assert.deepEqual((await dav.sync(later.token)).objects, {});
});

test('a sync report that is limited says so, and goes on with its token', async () => {
  const ada = await person();
  const dav = await client(ada);
  const { token: before } = await dav.sync();
  const names: string[] = [];
  for (let n = 0; n < 5; n += 1) names.push(`${(await create(ada, { title: `t${n}` })).id}.ics`);
  const two = '<D:limit><D:nresults>2</D:nresults></D:limit>';
  for (const begin of ['', before]) {
    const seen: string[] = [];
    const truncated: boolean[] = [];
    let token = begin;
    for (let n = 0; n < 3; n += 1) {
      const page = await dav.sync(token, two);
      const objects = Object.keys(page.objects).filter((name) => name !== '');
      seen.push(...objects);
      truncated.push(/507 Insufficient Storage/.test(page.text));
      token = page.token;
    }
    assert.deepEqual(seen.toSorted(), names.toSorted());
    assert.deepEqual(truncated, [true, true, false]);
    assert.deepEqual((await dav.sync(token)).objects, {});
  }
});

test('a sync token that is foreign or not ours is refused', async () => {
  const ada = await person();
  const dav = await client(ada);
  await create(ada, { title: 'x' });
  const { token } = await dav.sync();
  const history = token.slice('data:,'.length).split('/')[0] ?? '';
  const invalid = [
    'x',
    'data:,1',
    token.replace(history, '01a2dffb-0620-7c4a-9f2d-3e8b6a1c0d42'),
    token.replace(/\/1\//, '/999/'),
  ];
  for (const one of invalid) {
    const { text } = await dav.sync(one);
    assert.match(text, /<D:valid-sync-token\/>/, one);
  }
});

test('what can not be changed is refused in the words of WebDAV', async () => {
  const dav = await client(await person());
  const patched = await dav.send(
    'PROPPATCH',
    collection,
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set></D:propertyupdate>',
  );
  assert.equal(patched.status, 207);
  assert.match(patched.text, /<D:displayname\/><\/D:prop><D:status>HTTP\/1.1 403 Forbidden/);
  const made = await dav.send('MKCALENDAR', '/dav/calendars/other/');
  assert.equal(made.status, 403);
  assert.match(made.text, /<C:calendar-collection-location-ok\/>/);
  for (const method of ['MKCOL', 'COPY', 'MOVE', 'LOCK'])
    assert.equal((await dav.send(method, collection)).status, 405, method);
  const report = await dav.report('<D:expand-property xmlns:D="DAV:"/>');
  assert.equal(report.status, 403);
  assert.match(report.text, /<D:supported-report\/>/);
});
