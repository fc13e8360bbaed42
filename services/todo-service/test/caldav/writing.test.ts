import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { topics } from '@rondo/shared/contracts/topics';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, todo } from '../support/dav-client.ts';
import { settingsEvent } from '../support/settings.ts';
import { create, eventsOf, taskOf, tasksOf } from '../support/tasks-of.ts';

const { deliver, person, service } = await startTestService({ after }, todoService);
const client = (owner: TestPerson) => davClient(service.url, owner);
const unfolded = (text: string) => text.replaceAll(/\r\n[ \t]/g, '');

test('a PUT creates the task that an import of its UID would give, with an event', async () => {
  const ada = await person();
  const dav = await client(ada);
  const lines = [
    'UID:rent@example.com',
    'SUMMARY:Pay rent',
    'PRIORITY:1',
    'CATEGORIES:home',
    'DUE;VALUE=DATE:20270201',
  ];
  const made = await dav.put('rent.ics', lines, { 'if-none-match': '*' });
  assert.deepEqual([made.status, made.headers.get('etag')], [201, null]);
  const [task] = await tasksOf(ada);
  assert.deepEqual(
    [task?.title, task?.priority, task?.labels, task?.due_date],
    ['Pay rent', 1, ['home'], '2027-02-01'],
  );
  const [event] = await eventsOf(ada);
  assert.deepEqual([event?.event_type, event?.actor.source], ['task-created', 'api']);
  const imported = await ada.call<{ imported: number; skipped: { reason: string }[] }>(
    'POST',
    '/api/v1/calendar-import',
    todo(...lines),
    { 'content-type': 'text/calendar' },
  );
  assert.deepEqual(
    [imported.body.imported, imported.body.skipped.map(({ reason }) => reason)],
    [0, ['it already exists']],
  );
  assert.match(await dav.get('rent.ics'), /UID:rent@example.com\r\n/);
});

test('a PUT without a change writes no event, and has an ETag if it is what is stored', async () => {
  const ada = await person();
  const dav = await client(ada);
  const task = await create(ada, {
    title: 'Pay rent',
    description: ' two\nlines ',
    priority: 3,
    list: 'home',
    labels: ['a', 'b'],
    start: '2027-01-30T00:00:00.500Z',
    due_date: '2027-02-01T09:00:00+01:00',
    time_zone: 'Europe/Berlin',
    reminders: [{ before: 'PT30M' }, { at: '2027-01-31T08:00:00Z' }],
    recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
    recurrence_basis: 'completion',
  });
  const name = `${task.id}.ics`;
  const text = await dav.get(name);
  const etag = (await dav.send('HEAD', `${collection}${name}`)).headers.get('etag') ?? '';
  const before = await eventsOf(ada);
  const put = (body: string) =>
    dav.send('PUT', `${collection}${name}`, body, { 'content-type': 'text/calendar', 'if-match': etag });
  const same = await put(text);
  assert.deepEqual([same.status, same.headers.get('etag')], [204, etag]);
  // A client that writes the categories in another order, and times in UTC.
  const other = await put(
    text
      .replace('CATEGORIES:a\r\nCATEGORIES:b\r\n', 'CATEGORIES:b\r\nCATEGORIES:a\r\n')
      .replace('DUE;TZID=Europe/Berlin:20270201T090000', 'DUE:20270201T080000Z')
      .replace('DTSTART;TZID=Europe/Berlin:20270201T090000', 'DTSTART:20270201T080000Z'),
  );
  assert.deepEqual([other.status, other.headers.get('etag')], [204, null]);
  assert.deepEqual(await eventsOf(ada), before);
  assert.deepEqual(await taskOf(ada, task.id), task);
});

test('a client that knows nothing of lists, starts of series and reminders of others keeps them', async () => {
  const ada = await person();
  const dav = await client(ada);
  const task = await create(ada, {
    title: 'Pay rent',
    list: 'home',
    labels: ['a'],
    start: '2027-01-30',
    due_date: '2027-02-01',
    recurrence_rule: 'FREQ=MONTHLY',
    recurrence_basis: 'completion',
  });
  const text = (await dav.get(`${task.id}.ics`))
    .replaceAll(/X-RONDO[^\r]*\r\n/g, '')
    .replace('Pay rent', 'Pay');
  const answer = await dav.send('PUT', `${collection}${task.id}.ics`, text);
  assert.equal(answer.status, 204);
  const { version: _v, updated_at: _u, ...after } = await taskOf(ada, task.id);
  const { version: _w, updated_at: _t, ...before } = task;
  assert.deepEqual(after, { ...before, title: 'Pay' });
});

test('properties and alarms that a task has no field for come back', async () => {
  const ada = await person();
  const dav = await client(ada);
  // It has no date that it is relative to.
  const alarm = ['BEGIN:VALARM', 'TRIGGER:-PT15M', 'ACTION:DISPLAY', 'X-PLACE:home', 'END:VALARM'];
  const lines = [
    'SUMMARY:Buy milk',
    'X-APPLE-SORT-ORDER:42',
    'X-OC-HIDESUBTASKS;X-P="a,b":1',
    'PERCENT-COMPLETE:30',
    'CLASS:PUBLIC',
    'LOCATION:Shop\\, around the corner',
    'GEO:48.2;16.3',
    'RELATED-TO;RELTYPE=SIBLING:other',
    'RELATED-TO:not-there-yet',
  ];
  assert.equal((await dav.put('milk.ics', lines)).status, 201);
  const text = unfolded(await dav.get('milk.ics'));
  for (const line of lines) assert.ok(text.includes(`${line}\r\n`), `${line} in ${text}`);
  assert.doesNotMatch(text, /CLASS:PRIVATE/);
  assert.equal((await eventsOf(ada)).length, 1);
  // Only what clients know changes: no event, but another ETag, which other clients hear of.
  const { token, objects } = await dav.sync();
  const changed = await dav.put('milk.ics', [...lines.slice(0, 1), 'X-APPLE-SORT-ORDER:43', ...alarm]);
  assert.equal(changed.status, 204);
  assert.equal((await eventsOf(ada)).length, 1);
  const later = await dav.sync(token);
  assert.deepEqual(Object.keys(later.objects), ['milk.ics']);
  assert.notEqual(later.objects['milk.ics'], objects['milk.ics']);
  assert.match(await dav.get('milk.ics'), /X-APPLE-SORT-ORDER:43\r\n[^]*X-PLACE:home\r\nEND:VALARM/);
  assert.doesNotMatch(await dav.get('milk.ics'), /LOCATION/);
  // Completed elsewhere: the old progress is not shown beside it.
  const [task] = await tasksOf(ada);
  await ada.call('POST', `/api/v1/tasks/${task?.id}/complete`);
  const done = await dav.get('milk.ics');
  assert.match(done, /STATUS:COMPLETED/);
  assert.deepEqual(
    done.match(/PERCENT-COMPLETE:.*/g)?.map((line) => line.trim()),
    ['PERCENT-COMPLETE:100'],
  );
});

test('a client completes and reopens a task', async () => {
  const ada = await person();
  const dav = await client(ada);
  const base = ['SUMMARY:Buy milk'];
  await dav.put('milk.ics', base);
  const complete = ['STATUS:COMPLETED', 'COMPLETED:20261121T130000Z', 'PERCENT-COMPLETE:100'];
  await dav.put('milk.ics', [...base, ...complete]);
  await dav.put('milk.ics', [...base, 'STATUS:NEEDS-ACTION']);
  await dav.put('milk.ics', [...base, 'PERCENT-COMPLETE:100']);
  assert.deepEqual(
    (await eventsOf(ada)).map(({ event_type: type }) => type),
    ['task-created', 'task-completed', 'task-reopened', 'task-completed'],
  );
});

test('a DELETE moves the task to the trash; a PUT of the same object brings it back', async () => {
  const ada = await person();
  const dav = await client(ada);
  await dav.put('a.ics', ['SUMMARY:one']);
  const [task] = await tasksOf(ada);
  const { token } = await dav.sync();
  assert.equal((await dav.send('DELETE', `${collection}a.ics`)).status, 204);
  assert.equal((await dav.send('DELETE', `${collection}a.ics`)).status, 404);
  assert.equal((await dav.send('GET', `${collection}a.ics`)).status, 404);
  const trash = await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?trash=true');
  assert.deepEqual(
    trash.body.tasks.map(({ id }) => id),
    [task?.id],
  );
  assert.deepEqual((await dav.sync(token)).objects, { 'a.ics': '404' });
  await dav.put('renamed.ics', ['SUMMARY:two']);
  assert.deepEqual(
    (await tasksOf(ada)).map(({ id, title }) => [id, title]),
    [[task?.id, 'two']],
  );
  // Purged: its name is still told, and its UID can be used again.
  await dav.send('DELETE', `${collection}renamed.ics`);
  await ada.call('DELETE', '/api/v1/trash');
  assert.equal((await dav.sync(token)).objects['renamed.ics'], '404');
  assert.equal((await dav.put('renamed.ics', ['SUMMARY:three'])).status, 201);
});

test('a time without a zone floats; a TZID pins it, and UTC moves it', async () => {
  const ada = await person();
  await deliver(topics.personSettings, [settingsEvent(ada.id, 'Asia/Tokyo', '2027-01-01T10:00:00.000Z')]);
  const dav = await client(ada);
  const put = async (due: string) => {
    const lines = ['UID:pills@example.com', 'SUMMARY:Pills', `DUE${due}`];
    assert.ok([201, 204].includes((await dav.put('pills.ics', lines)).status));
    const [task] = await tasksOf(ada);
    return [task?.due_date, task?.time_zone, task?.is_floating, task?.version];
  };
  assert.deepEqual(await put(':20270310T080000'), ['2027-03-10T08:00:00+09:00', 'Asia/Tokyo', true, 1]);
  assert.match(await dav.get('pills.ics'), /\r\nDUE:20270310T080000\r\n/);
  assert.deepEqual(await put(':20270310T080000'), ['2027-03-10T08:00:00+09:00', 'Asia/Tokyo', true, 1]);
  assert.deepEqual(await put(':20270311T090000'), ['2027-03-11T09:00:00+09:00', 'Asia/Tokyo', true, 2]);
  assert.deepEqual(await put(':20270311T010000Z'), ['2027-03-11T10:00:00+09:00', 'Asia/Tokyo', true, 3]);
  const pinned = await put(';TZID=Asia/Tokyo:20270311T100000');
  assert.deepEqual(pinned, ['2027-03-11T10:00:00+09:00', 'Asia/Tokyo', undefined, 4]);
  assert.deepEqual(await put(':20270311T100000'), ['2027-03-11T10:00:00+09:00', 'Asia/Tokyo', true, 5]);
  // Without a zone in the settings, what a client says is still wall clock where the task floats.
  await deliver(topics.personSettings, [settingsEvent(ada.id, null, '2027-01-02T10:00:00.000Z')]);
  assert.deepEqual(await put(':20270312T070000'), ['2027-03-12T07:00:00+09:00', 'Asia/Tokyo', true, 6]);
});
