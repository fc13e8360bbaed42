import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { after, test } from 'node:test';
import type { ImportReport } from '@rondo/shared/contracts/import-report';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { seedTasks } from '../support/seed-events.ts';

const { person, service, database_url: databaseUrl } = await startTestService({ after }, todoService);

const exportBy = ({ token }: TestPerson, accept?: string) =>
  fetch(`${service.url}/api/v1/export`, {
    headers: { authorization: `Bearer ${token}`, ...(accept === undefined ? {} : { accept }) },
  });

test('the export as JSON has every task, the trash, the history and the filters, and nothing of others', async () => {
  const [ada, eve] = [await person(), await person()];
  await eve.call('POST', '/api/v1/tasks', { title: 'hers' });
  const first = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'first "quoted"\u0007' })).body;
  const second = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'second' })).body;
  await ada.call('DELETE', `/api/v1/tasks/${second.id}`);
  const filter = (await ada.call('POST', '/api/v1/filters', { name: 'Open', query: { status: ['pending'] } }))
    .body;
  const response = await exportBy(ada);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.match(response.headers.get('content-disposition') ?? '', /filename="rondo-export\.json"/);
  type Everything = {
    workspace_id: string;
    tasks: Task[];
    trash: Task[];
    history: { event_type: string; seq: number; payload: Task }[];
    filters: unknown[];
  };
  const everything = (await response.json()) as Everything;
  assert.equal(everything.workspace_id, ada.id);
  assert.deepEqual(everything.tasks, [first]);
  assert.deepEqual(
    everything.trash.map(({ id }) => id),
    [second.id],
  );
  assert.deepEqual(
    everything.history.map(({ seq, event_type }) => `${seq} ${event_type}`),
    ['1 task-created', '2 task-created', '3 task-deleted'],
  );
  assert.deepEqual(everything.history[0]?.payload, first);
  assert.deepEqual(everything.filters, [filter]);
});

test('an export of nothing is complete, too', async () => {
  const ada = await person();
  assert.deepEqual(Object.values((await (await exportBy(ada)).json()) as object).slice(4), [[], [], [], []]);
  assert.equal((await (await exportBy(ada, 'text/csv')).text()).split('\r\n').length, 2);
});

test('Accept decides the form, with its weights; a parameter does not', async () => {
  const ada = await person();
  for (const [accept, kind] of [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['text/csv, application/json', 'text/csv'],
    ['TEXT/CSV;q=0.9, */*;q=0.1', 'text/csv'],
    ['text/*', 'text/csv'],
    ['text/csv;q=0.1, application/json', 'application/json'],
    ['text/csv;q=0', 'application/json'],
    ['text/html', 'application/json'],
  ] as const) {
    const answer = await exportBy(ada, accept);
    assert.equal(answer.headers.get('content-type')?.split(';', 1)[0], kind, accept);
    await answer.text();
  }
  const { status, body } = await ada.call<Problem>('GET', '/api/v1/export?format=csv');
  assert.deepEqual([status, body.errors?.[0]?.field], [422, 'format']);
});

/** Reads CSV (RFC 4180). */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

test('the export as CSV has a row for each task; no cell is a formula', async () => {
  const ada = await person();
  const drafts = [
    { title: '=1+1', description: 'two\r\nlines, "quoted"', labels: ['a', 'b,c'], due_date: '2027-01-15' },
    { title: '+49 30 1234' },
    { title: '-2 kg' },
    { title: '@home' },
    { title: '\t=cmd', description: '\r=cmd' },
    { title: 'plain, é', reminders: [{ at: '2027-01-15T08:00:00Z' }] },
    {
      title: 'water',
      due_date: '2027-01-15',
      recurrence_rule: 'FREQ=WEEKLY',
      recurrence_basis: 'completion',
    },
    {
      title: 'bins',
      due_date: '2027-01-15',
      recurrence_rule: 'FREQ=WEEKLY',
      exdates: ['2027-01-22', '2027-01-29'],
      rdates: ['2027-01-23'],
    },
  ];
  for (const draft of drafts) await ada.call('POST', '/api/v1/tasks', draft);
  const response = await exportBy(ada, 'text/csv, application/json;q=0.5');
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
  const [names = [], ...rows] = rowsOf(await response.text());
  assert.equal(rows.length, drafts.length);
  assert.ok(rows.every((row) => row.length === names.length));
  const cells = (name: string) => rows.map((row) => row[names.indexOf(name)]);
  assert.deepEqual(cells('title'), [
    "'=1+1",
    "'+49 30 1234",
    "'-2 kg",
    "'@home",
    "'=cmd",
    'plain, é',
    'water',
    'bins',
  ]);
  assert.deepEqual(cells('description').slice(0, 1), ['two\r\nlines, "quoted"']);
  assert.equal(cells('description')[4], "'\r=cmd");
  assert.equal(cells('labels')[0], 'a, "b,c"');
  assert.equal(cells('due_date')[0], '2027-01-15');
  assert.deepEqual(
    [cells('recurrence_rule')[6], cells('recurrence_basis')[6]],
    ['FREQ=WEEKLY', 'completion'],
  );
  assert.deepEqual([cells('exdates')[7], cells('rdates')[7]], ['2027-01-22, 2027-01-29', '2027-01-23']);
  assert.equal(cells('reminders')[5], '[{"at":"2027-01-15T08:00:00Z"}]');
});

for (const accept of ['application/json', 'text/csv'])
  test(`an export as ${accept} is imported again: by its person after a deletion, and by another one`, async () => {
    const [ada, eve] = [await person(), await person()];
    const create = async (draft: object) => (await ada.call<Task>('POST', '/api/v1/tasks', draft)).body;
    const parent = await create({
      title: "'=1+1",
      description: ' - first\n\n',
      priority: 2,
      labels: ['a', 'b, "c"', '@d'],
      list: 'Inbox',
      start: '2027-01-14T08:00:00+01:00',
      due_date: '2027-01-15T09:00:00+01:00',
      time_zone: 'Europe/Berlin',
      reminders: [{ before: 'PT30M' }, { at: '2027-01-15T06:00:00Z' }],
      recurrence_rule: 'FREQ=WEEKLY',
      exdates: ['2027-01-22T09:00:00+01:00'],
      rdates: ['2027-01-23T09:00:00+01:00'],
    });
    const child = await create({ title: 'done', parent_id: parent.id, status: 'complete' });
    await create({
      title: 'pill',
      due_date: '2027-01-15T08:00:00',
      is_floating: true,
      status: 'in_progress',
    });
    const file = await (await exportBy(ada, accept)).text();
    const importBy = async ({ token }: TestPerson) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': accept };
      const sent = await fetch(`${service.url}/api/v1/imports`, { method: 'POST', headers, body: file });
      const { imported, skipped, notes } = (await sent.json()) as ImportReport;
      return { imported, skipped: skipped.length, notes };
    };
    const tasksOf = async (one: TestPerson) =>
      (await one.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?sort=created&order=asc')).body.tasks;
    const contentOf = ({
      id: _id,
      workspace_id: _of,
      version: _version,
      updated_at: _at,
      number: _number,
      rank: _rank,
      ...task
    }: Task) => ({
      ...task,
      series_id: task.series_id !== null,
      parent_id: task.parent_id !== null,
    });
    const before = await tasksOf(ada);
    assert.deepEqual(await importBy(ada), { imported: 0, skipped: 3, notes: [] });
    await ada.call('DELETE', `/api/v1/tasks/${parent.id}`);
    assert.deepEqual(await importBy(ada), { imported: 2, skipped: 1, notes: [] });
    const isRestored = ({ id }: Task) => [parent.id, child.id].includes(id);
    const restored = await tasksOf(ada);
    assert.deepEqual(restored.filter(isRestored).map(contentOf), before.filter(isRestored).map(contentOf));
    assert.deepEqual(await importBy(eve), { imported: 3, skipped: 0, notes: [] });
    const hers = await tasksOf(eve);
    assert.deepEqual(hers.map(contentOf), before.map(contentOf));
    assert.equal(hers.find(({ title }) => title === 'done')?.parent_id, hers.find(isRecurring)?.id);
  });

const isRecurring = (task: Task) => task.is_recurring;

test('a person has one export at a time; its slot is free when the reader goes away', async () => {
  const [ada, eve] = [await person(), await person()];
  await seedTasks(databaseUrl, ada.id, { count: 400, description: '\u0001'.repeat(20_000) });
  const request = get(`${service.url}/api/v1/export`, { headers: { authorization: `Bearer ${ada.token}` } });
  request.on('error', () => undefined);
  await once(request, 'response');
  assert.equal((await exportBy(ada)).status, 429);
  assert.equal((await exportBy(eve)).status, 200);
  request.destroy();
  await eventually(
    async () => {
      const response = await exportBy(ada);
      const text = await response.text();
      return response.status === 200 && (JSON.parse(text) as { tasks: unknown[] }).tasks.length === 400;
    },
    { what: 'the slot to be free' },
  );
});
