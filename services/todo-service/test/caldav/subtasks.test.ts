import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { davClient } from '../support/dav-client.ts';
import { taskOf, tasksOf } from '../support/tasks-of.ts';

const { person, service } = await startTestService({ after }, todoService);
const client = (owner: TestPerson) => davClient(service.url, owner);

test('a subtask names its parent, by the UID that its client knows', async () => {
  const ada = await person();
  const dav = await client(ada);
  await dav.put('parent.ics', ['UID:p1', 'SUMMARY:parent']);
  await dav.put('child.ics', ['UID:c1', 'SUMMARY:child', 'RELATED-TO:p1']);
  const tasks = await tasksOf(ada);
  const [parent, child] = ['parent', 'child'].map((title) => tasks.find((task) => task.title === title));
  assert.equal(child?.parent_id, parent?.id);
  assert.match(await dav.get('child.ics'), /RELATED-TO:p1\r\n/);
  const cycle = await dav.put('parent.ics', ['UID:p1', 'SUMMARY:parent', 'RELATED-TO:c1']);
  assert.equal(cycle.status, 403);
  assert.match(cycle.text, /<C:valid-calendar-data\/>/);
  await dav.put('child.ics', ['UID:c1', 'SUMMARY:child']);
  assert.equal((await taskOf(ada, child?.id ?? '')).parent_id, null);
  assert.doesNotMatch(await dav.get('child.ics'), /RELATED-TO/);
});

test('a subtask that is put before its parent is below it when the parent comes', async () => {
  const ada = await person();
  const dav = await client(ada);
  const idOf = async (title: string) => (await tasksOf(ada)).find((task) => task.title === title)?.id ?? '';
  for (const name of ['child', 'moved', 'above'])
    await dav.put(`${name}.ics`, [`UID:${name}`, `SUMMARY:${name}`, 'RELATED-TO:parent']);
  await dav.put('moved.ics', ['UID:moved', 'SUMMARY:moved', 'RELATED-TO:child']);
  const { token } = await dav.sync();
  // Below one of those that wait for it: that one can't be below it, too.
  await dav.put('parent.ics', ['UID:parent', 'SUMMARY:parent', 'RELATED-TO:above']);
  const parentOf = async (title: string) => (await taskOf(ada, await idOf(title))).parent_id;
  assert.equal(await parentOf('child'), await idOf('parent'));
  assert.equal(await parentOf('moved'), await idOf('child'), 'it has got another parent');
  assert.equal(await parentOf('above'), null);
  assert.deepEqual(Object.keys((await dav.sync(token)).objects).toSorted(), ['child.ics', 'parent.ics']);
});

test('of an import, too, by files in either order, and an undo takes it back', async () => {
  const ada = await person();
  const entry = (uid: string, ...lines: string[]) =>
    ['BEGIN:VTODO', `UID:${uid}`, `SUMMARY:${uid}`, ...lines, 'END:VTODO'].join('\r\n');
  const importFile = async (...entries: string[]) =>
    ada.call<{ import_id: string }>('POST', '/api/v1/calendar-import', calendarOf(...entries), {
      'content-type': 'text/calendar',
    });
  const parentsOf = async () => {
    const tasks = await tasksOf(ada);
    const titles = new Map(tasks.map(({ id, title }) => [id, title]));
    return Object.fromEntries(tasks.map(({ title, parent_id: id }) => [title, titles.get(id ?? '') ?? null]));
  };
  await importFile(entry('child', 'RELATED-TO:parent'), entry('second', 'RELATED-TO:parent'));
  assert.deepEqual(await parentsOf(), { child: null, second: null });
  const { body } = await importFile(entry('parent'));
  assert.deepEqual(await parentsOf(), { child: 'parent', second: 'parent', parent: null });
  await ada.call('POST', `/api/v1/imports/${body.import_id}/undo`);
  assert.deepEqual(await parentsOf(), { child: null, second: null });
});
