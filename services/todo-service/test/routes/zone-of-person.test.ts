import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { QuickAdd } from '@rondo/shared/contracts/quick-add';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { settingsEvent } from '../support/settings.ts';

const { issuer, service, deliver, startReplica } = await startTestService({ after }, todoService);

const now = '2026-11-21T10:00:00Z';

async function personWith(zoneinfo?: string) {
  const id = v7();
  const token = await issuer.tokenFor({ sub: id, ...(zoneinfo === undefined ? {} : { zoneinfo }) });
  const call = async <Body>(
    method: string,
    path: string,
    body?: unknown,
    url = service.url,
  ): Promise<Body> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Body;
  };
  return {
    id,
    call,
    async upload(path: string, type: string, body: string): Promise<number> {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      return (await fetch(`${service.url}${path}`, { method: 'POST', headers, body })).status;
    },
    dueAtNine: async (more: object = {}, url = service.url) =>
      (await call<QuickAdd>('POST', '/api/v1/tasks/parse', { text: 'call at 9', now, ...more }, url)).draft
        .due_date,
    lastEvent: async () => (await call<ChangePage>('GET', '/api/v1/changes?since=0')).changes.at(-1),
  };
}

const settings = (id: string, zone: string | null, updatedAt: string) =>
  deliver('person-settings', [settingsEvent(id, zone, updatedAt)]);

test('the zone is that of the request, else of the settings, else of the token, else UTC', async () => {
  const [withToken, withSettings] = [await personWith('Asia/Tokyo'), await personWith()];
  assert.equal(await withSettings.dueAtNine(), '2026-11-22T09:00:00+00:00');
  assert.equal(await withToken.dueAtNine(), '2026-11-22T09:00:00+09:00');
  for (const { id } of [withToken, withSettings])
    assert.deepEqual(await settings(id, 'Asia/Kathmandu', '2026-11-20T10:00:00.000Z'), ['SUCCESS']);
  for (const ada of [withToken, withSettings])
    assert.equal(await ada.dueAtNine(), '2026-11-22T09:00:00+05:45');
  assert.equal(await withToken.dueAtNine({ time_zone: 'Europe/Berlin' }), '2026-11-22T09:00:00+01:00');
});

test('the settings come before the token wherever a zone is decided', async () => {
  const ada = await personWith('America/New_York');
  await settings(ada.id, 'Asia/Kathmandu', '2026-11-20T10:00:00.000Z');
  const create = (body: object) => ada.call<Task>('POST', '/api/v1/tasks', body);
  const isFloating = { is_floating: true };
  const nine = '2026-11-22T09:00:00+05:45';
  assert.equal((await create({ quick_add: 'call at 9', now })).due_date, nine);
  assert.equal((await create({ quick_add: 'call at 9', now, ...isFloating })).due_date, nine);
  const floating = await create({ title: 'pill', due_date: '2026-11-22T09:00:00', ...isFloating });
  assert.deepEqual([floating.due_date, floating.time_zone], [nine, 'Asia/Kathmandu']);
  assert.equal((await ada.lastEvent())?.time_zone, 'Asia/Kathmandu');

  // The 22nd begins in Kathmandu at 18:15 of the 21st in UTC.
  await create({ title: 'midnight', due_date: '2026-11-21T18:15:00Z' });
  const day = 'due_after=2026-11-22&due_before=2026-11-23&sort=title';
  const { tasks } = await ada.call<{ tasks: Task[] }>('GET', `/api/v1/tasks?${day}`);
  assert.deepEqual(
    tasks.map(({ title }) => title),
    ['call', 'call', 'midnight', 'pill'],
  );
  for (const [path, type, file] of [
    ['imports?format=text', 'text/plain', 'from a list 22 nov 2026 at 9'],
    ['imports', 'text/csv', 'List Name,Title,Due Date\n,from an app,2026-11-22T09:00:00\n'],
    [
      'calendar-import',
      'text/calendar',
      calendarOf('BEGIN:VTODO\r\nUID:a\r\nSUMMARY:from a calendar\r\nDUE:20261122T090000\r\nEND:VTODO'),
    ],
  ] as const)
    assert.equal(await ada.upload(`/api/v1/${path}`, type, file), 200, path);
  const { tasks: imported } = await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?q=from');
  assert.deepEqual(
    imported.map(({ title, due_date: due }) => `${title} ${due}`).toSorted(),
    ['from a calendar', 'from a list', 'from an app'].map((title) => `${title} ${nine}`),
  );
});

test('an all-day due date lasts until the end of its day in the zone of the person', async () => {
  const [inTokyo, inLosAngeles] = [await personWith('Asia/Tokyo'), await personWith()];
  await settings(inLosAngeles.id, 'America/Los_Angeles', '2026-11-20T10:00:00.000Z');
  const field = async ({ call }: typeof inTokyo, path: string, method: string, body: object) =>
    (await call<{ errors?: { field: string }[] }>(method, path, body)).errors?.[0]?.field;
  const evening = { title: 'x', start: '2027-03-13T20:00:00-08:00', due_date: '2027-03-13' };
  assert.equal(await field(inLosAngeles, '/api/v1/tasks', 'POST', evening), undefined);
  assert.equal(await field(inTokyo, '/api/v1/tasks', 'POST', evening), 'start');
  const nextMorning = { title: 'x', start: '2027-03-14T01:00:00+09:00', due_date: '2027-03-13' };
  assert.equal(await field(inTokyo, '/api/v1/tasks', 'POST', nextMorning), 'start');
  const { id } = await inLosAngeles.call<{ id: string }>('POST', '/api/v1/tasks', evening);
  // In another zone the dates of the task contradict each other, which matters only to a command that sets them.
  await settings(inLosAngeles.id, 'Asia/Tokyo', '2026-11-20T11:00:00.000Z');
  const path = `/api/v1/tasks/${id}`;
  assert.equal(await field(inLosAngeles, path, 'PATCH', { title: 'y' }), undefined);
  assert.equal(
    await field(inLosAngeles, path, 'PATCH', { due_date: '2027-03-13', start: evening.start }),
    'start',
  );
  assert.equal(await field(inLosAngeles, path, 'PATCH', { time_zone: 'America/Los_Angeles' }), undefined);
});

test('an older setting never replaces a newer one', async () => {
  const ada = await personWith();
  await settings(ada.id, 'Asia/Tokyo', '2026-11-20T10:00:00.000Z');
  await settings(ada.id, 'Asia/Kathmandu', '2026-11-20T09:59:59.999Z');
  assert.equal(await ada.dueAtNine(), '2026-11-22T09:00:00+09:00');
  await settings(ada.id, null, '2026-11-20T10:00:00.001Z');
  assert.equal(await ada.dueAtNine(), '2026-11-22T09:00:00+00:00');
  await settings(ada.id, 'Moon/Base', '2026-11-20T10:00:00.002Z');
  assert.equal(await ada.dueAtNine(), '2026-11-22T09:00:00+00:00');
});

test('the event of a change names the zone, if it is known', async () => {
  const [tokyo, unknown] = [await personWith('Asia/Tokyo'), await personWith()];
  await tokyo.call('POST', '/api/v1/tasks', { title: 'one' });
  await unknown.call('POST', '/api/v1/tasks', { title: 'one' });
  assert.equal((await tokyo.lastEvent())?.time_zone, 'Asia/Tokyo');
  const event = await unknown.lastEvent();
  assert.ok(event && !('time_zone' in event) && !('series' in event));
  await settings(unknown.id, 'Asia/Kathmandu', '2026-11-20T10:00:00.000Z');
  await unknown.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'create', title: 'two' }] });
  assert.equal((await unknown.lastEvent())?.time_zone, 'Asia/Kathmandu');
});

test('a replica that starts later, and one that runs, know the settings', async () => {
  const ada = await personWith();
  await settings(ada.id, 'Asia/Tokyo', '2026-11-20T10:00:00.000Z');
  const replica = await startReplica();
  assert.equal(await ada.dueAtNine({}, replica.url), '2026-11-22T09:00:00+09:00');
  await settings(ada.id, 'Asia/Kathmandu', '2026-11-21T10:00:00.000Z');
  await eventually(async () => (await ada.dueAtNine({}, replica.url)) === '2026-11-22T09:00:00+05:45', {
    timeout_ms: 15_000,
    every_ms: 100,
  });
});
