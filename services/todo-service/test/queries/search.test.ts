import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { query } from '@rondo/postgres/test/query';
import { openDatabase } from '@rondo/shared/database/database';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import type { ListQuery } from '../../src/queries/list-query.ts';
import { listTasks } from '../../src/queries/list-tasks.ts';
import { service as todoService } from '../../src/service.ts';
import { areColumnsFilled, isToFill } from '../../src/store/filled-columns.ts';
import type { Tables } from '../../src/store/tables.ts';

const { person, database_url: url, startReplica } = await startTestService({ after }, todoService);
type Page = { tasks: Task[]; total: number };

const search = async (who: TestPerson, typed: string) => {
  const { status, body } = await who.call<Page>('GET', `/api/v1/tasks?q=${encodeURIComponent(typed)}`);
  assert.equal(status, 200, typed);
  return body.tasks.map(({ title }) => title);
};

for (const [title, found, missed] of [
  ['Crop photo beach.png', ['beach.png', 'png', 'BEACH', 'photo beach.p', 'beachpng'], ['each', 'png.beach']],
  [
    'Read www.example.org/guide/start',
    ['example.org', 'guide', 'www.example.org/guide/start', 'org/gui'],
    ['org example.com'],
  ],
  [
    'Mail billing@example.com',
    ['billing@example.com', 'example.com', 'billing@', 'billing'],
    ['com@billing'],
  ],
  ['Release 1.2.3', ['1.2.3', '1.2', '2.3'], ['3.2.1', '1.3']],
  ['Choose and/or', ['and/or', 'or', 'and'], ['or/and']],
  ['Taxes 2027-01-15', ['2027-01-15', '2027', '2027-01', '20270115'], ['2027-15']],
  ['Fix DS-7604 and snake_case_name', ['DS-7604', '7604', 'ds7604', 'case_name', 'name'], ['ds-604']],
  [
    'Scan photo-DS7604.png',
    ['DS7604', 'photo-DS7604.png', '7604', 'DS-7604', 'ds76', 'photo-ds', '7604.png'],
    ['7604ds'],
  ],
  ['Learn C++', ['C++', 'c'], ['d++']],
  ['Repair the Wi-Fi', ['wifi', 'wi-fi', 'Wi Fi'], []],
  ['New WiFi at home', ['wi-fi', 'wifi'], []],
  ['Ring René', ['rene', 'RENÉ', 'René', 'ren'], ['renata']],
  ['Visit Łódź', ['lodz', 'Łódź'], []],
  ['買牛奶和麵包', ['牛奶', '買牛奶', '奶', '麵包', '買', '牛奶和'], ['牛和', '牛麵']],
  ['会議の準備をする', ['会議', '準備', 'する', '議'], ['会備']],
  ['ซื้อนมที่ร้าน', ['นม', 'ร้าน', 'ซื้อ'], ['มน']],
  ['Repair iPhone15Pro', ['15pro', '15p', 'iphone15', '15 pro', 'pro', 'iPhone 15'], ['5pro', '15iphone']],
  ['한국어를 배우다', ['한국어', '국어', '어를', '한국', '한구', '국어를', '배우', '한'], ['국를', '한어']],
  ['ガス代', ['ガス', 'ガ', 'ｶﾞｽ', 'ス代'], ['カス', 'カ']],
  ["Don't forget l'école", ["don't", 'école', 'ecole', 'dont'], []],
] as [string, string[], string[]][]) {
  test(`${title} is found by ${found.join(', ')}${missed.length > 0 ? `, and not by ${missed.join(', ')}` : ''}`, async () => {
    const ada = await person();
    await ada.call('POST', '/api/v1/tasks', { title });
    await ada.call('POST', '/api/v1/tasks', { title: 'Something else' });
    for (const typed of found) assert.deepEqual(await search(ada, typed), [title], typed);
    for (const typed of missed) assert.deepEqual(await search(ada, typed), [], typed);
  });
}

test('a search reads title, description, labels and list; a phrase does not go from one to the next', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', {
    title: 'Pay',
    description: 'the landlord by bank-transfer',
    labels: ['bills/home', 'Überfällig'],
    list: 'Größeres',
  });
  for (const typed of [
    'landlord',
    'bank-trans',
    'bills',
    'bills/home',
    'uberfallig',
    'grosseres',
    'pay bills',
  ])
    assert.deepEqual(await search(ada, typed), ['Pay'], typed);
  for (const typed of ['pay/bills', 'home/uberfallig', 'nobody'])
    assert.deepEqual(await search(ada, typed), [], typed);
});

test('words that are operators of a query are only words, and without a word nothing is found', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'and or not' });
  for (const typed of ["'", '\\', ':*', '& | ! ( )', '<->', '😀', "';"])
    assert.deepEqual(await search(ada, typed), []);
  assert.deepEqual(await search(ada, 'and & or | not'), ['and or not']);
});

test('a task with more words than the index takes is stored, and found by the first ones', async () => {
  const ada = await person();
  const characters = Array.from({ length: 20_000 }, (_, n) =>
    String.fromCodePoint(0x4e00 + ((n * 7_919) % 20_000)),
  );
  const { status } = await ada.call('POST', '/api/v1/tasks', {
    title: 'long',
    description: characters.join(''),
  });
  assert.equal(status, 201);
  assert.deepEqual(await search(ada, characters.slice(100, 104).join('')), ['long']);
});

/** Makes rows as the release before wrote them. */
async function makeFormer(workspaceId: string): Promise<void> {
  await query(
    url,
    `UPDATE todo_service.tasks SET title_key = NULL, due_on = NULL, updated_at = NULL, completed_at = NULL,
       search = to_tsvector('simple', (task ->> 'title') || ' ' || coalesce(task ->> 'description', ''))
     WHERE workspace_id = $1`,
    [workspaceId],
  );
}

test('rows from before 0021 are filled in', async () => {
  const ada = await person();
  for (const title of ['Ring René', '한국어']) await ada.call('POST', '/api/v1/tasks', { title });
  // Their words had only the weight A.
  await query(url, `UPDATE todo_service.tasks SET search = setweight(search, 'A') WHERE workspace_id = $1`, [
    ada.id,
  ]);
  const database = openDatabase<Tables>(url, 'rows from before 0021', 1);
  after(() => database.destroy());
  assert.equal(await areColumnsFilled(database), false);
  await startReplica();
  const filled = openDatabase<Tables>(url, 'filled rows', 1);
  after(() => filled.destroy());
  await eventually(async () => {
    const { rows } = await sql`SELECT FROM todo_service.tasks WHERE ${isToFill}`.execute(filled);
    return rows.length === 0;
  });
  assert.deepEqual(await search(ada, '국어'), ['한국어']);
});

test('rows of the release before are found meanwhile, and a worker fills them in', async () => {
  const ada = await person();
  for (const title of ['Ring René', 'Crop beach.png', 'apple'])
    await ada.call('POST', '/api/v1/tasks', {
      title,
      labels: ['home'],
      status: 'complete',
      due_date: '2027-01-15',
    });
  const expected = await columnsOf(ada.id);
  await makeFormer(ada.id);
  const database = openDatabase<Tables>(url, 'former rows', 1);
  after(() => database.destroy());
  const meanwhile = async (filter: Partial<ListQuery>) => {
    const list = { trash: false, limit: 20, offset: 0, ...filter };
    const text = await listTasks({ database }, { workspaceId: ada.id, query: list, timeZone: 'UTC' });
    return (JSON.parse(text) as Page).tasks.map(({ title }) => title);
  };
  assert.deepEqual(await meanwhile({ q: 'René' }), ['Ring René']);
  assert.deepEqual(await meanwhile({ q: 'rene' }), []);
  assert.equal((await meanwhile({ label: ['home'] })).length, 3);
  assert.equal((await meanwhile({ sort: 'title' })).length, 3);
  await ada.call('POST', '/api/v1/tasks', { title: 'Appel à René' });
  assert.deepEqual(await meanwhile({ q: 'rene' }), ['Appel à René']);

  await startReplica();
  await eventually(async () => (await columnsOf(ada.id)).length === 4, {
    what: 'the columns to be filled in',
  });
  assert.deepEqual((await columnsOf(ada.id)).slice(0, 3), expected);
  assert.deepEqual(await search(ada, 'rene'), ['Appel à René', 'Ring René']);
});

/** The derived columns of the rows that have them. */
const columnsOf = (workspaceId: string) =>
  query(
    url,
    `SELECT title_key, due_on, updated_at, completed_at, search FROM todo_service.tasks
     WHERE workspace_id = $1 AND title_key IS NOT NULL ORDER BY id`,
    [workspaceId],
  );
