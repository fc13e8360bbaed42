import type { TestPerson } from '@rondo/shared/test/service';
import { done, type Cases, type Given } from './case.ts';

const tasks = '/api/v1/tasks';
const filter = { name: 'Bills', query: { status: ['pending'] } };
const csv = { 'content-type': 'text/csv' };
const calendar = { 'content-type': 'text/calendar' };

async function newTask(who: TestPerson, ...actions: string[]): Promise<Required<Pick<Given, 'params'>>> {
  const { id } = await done(who, 'POST', tasks, { title: 'Pay rent' });
  for (const action of actions) await done(who, 'POST', `${tasks}/${id}/${action}`);
  return { params: { id } };
}

async function trashedTask(who: TestPerson) {
  const { params } = await newTask(who);
  await done(who, 'DELETE', `${tasks}/${params['id']}`);
  return { params };
}

async function importOf(who: TestPerson, world: { service: { url: string } }): Promise<string> {
  const response = await fetch(`${world.service.url}/api/v1/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.token}`, ...csv },
    body: csvFile('Imported'),
  });
  return ((await response.json()) as { import_id: string }).import_id;
}

const csvFile = (title: string) => `TYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG\ntask,${title},1,1,,en\n`;
const calendarFile = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Example//EN',
  'BEGIN:VTODO',
  'UID:rent@example.com',
  'SUMMARY:Pay rent',
  'END:VTODO',
  'END:VCALENDAR',
  '',
].join('\r\n');

/** The operations of Todo that run once for each Idempotency-Key. */
export const todoCases: Cases = {
  [`POST ${tasks}`]: () => ({ body: { title: 'Pay rent' } }),
  [`PUT ${tasks}/{id}`]: async (who) => ({ ...(await newTask(who)), body: { title: 'Pay more rent' } }),
  [`PATCH ${tasks}/{id}`]: async (who) => ({ ...(await newTask(who)), body: { title: 'Pay more rent' } }),
  [`DELETE ${tasks}/{id}`]: (who) => newTask(who),
  [`POST ${tasks}/{id}/complete`]: (who) => newTask(who),
  [`POST ${tasks}/{id}/reopen`]: (who) => newTask(who, 'complete'),
  [`POST ${tasks}/{id}/restore`]: (who) => trashedTask(who),
  [`POST ${tasks}/{id}/revert`]: async (who) => ({
    ...(await newTask(who, 'complete')),
    body: { to_version: 1 },
  }),
  [`POST ${tasks}/{id}/move`]: async (who) => {
    const { params } = await newTask(who);
    return { params, body: { after: (await newTask(who)).params['id'] } };
  },
  [`POST ${tasks}/bulk`]: () => ({ body: { operations: [{ op: 'create', title: 'Pay rent' }] } }),
  'POST /api/v1/undo': async (who) => {
    await newTask(who);
    await newTask(who);
    return {};
  },
  'DELETE /api/v1/trash': async (who) => {
    await trashedTask(who);
    return {};
  },
  'POST /api/v1/filters': () => ({ body: filter }),
  'PUT /api/v1/filters/{id}': async (who) => {
    const { id } = await done(who, 'POST', '/api/v1/filters', filter);
    return { params: { id }, body: { ...filter, name: 'All bills' } };
  },
  'DELETE /api/v1/filters/{id}': async (who) => ({
    params: { id: (await done(who, 'POST', '/api/v1/filters', filter)).id },
  }),
  'POST /api/v1/calendar-feed': () => ({}),
  'DELETE /api/v1/calendar-feed': async (who) => {
    await done(who, 'POST', '/api/v1/calendar-feed');
    return {};
  },
  'POST /api/v1/app-passwords': () => ({ body: { name: 'Tasks.org' } }),
  'DELETE /api/v1/app-passwords/{id}': async (who) => ({
    params: { id: (await done(who, 'POST', '/api/v1/app-passwords', { name: 'Tasks.org' })).id },
  }),
  'POST /api/v1/imports': () => ({ body: csvFile('Pay rent'), headers: csv }),
  'POST /api/v1/imports/{id}/undo': async (who, world) => ({ params: { id: await importOf(who, world) } }),
  'POST /api/v1/calendar-import': () => ({ body: calendarFile, headers: calendar }),
};
