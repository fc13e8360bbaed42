import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import type { ImportReport } from '@rondo/shared/contracts/import-report';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { fixture } from '../support/import-file.ts';
import { zipOf } from '../support/zip-of.ts';

const { person, service } = await startTestService({ after }, todoService);

type Answer<Body> = { status: number; body: Body };

async function importBy<Body = ImportReport>(
  owner: TestPerson,
  body: Buffer | string,
  { type = 'application/octet-stream', query = '' } = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${service.url}/api/v1/imports${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': type },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const tasksOf = async (owner: TestPerson, query = '') =>
  (await owner.call<{ tasks: Task[] }>('GET', `/api/v1/tasks?limit=100${query}`)).body.tasks;
const shown = (tasks: Task[]) =>
  tasks
    .map(({ id, parent_id, title, status, due_date, list, created_at, completed_at }) =>
      JSON.stringify({ id, parent_id, title, status, due_date, list, created_at, completed_at }),
    )
    .toSorted();

const text = async (name: string) => (await fixture(name)).toString();
/** A file of each format, and how many tasks it has. */
const files: [format: string, body: () => Promise<Buffer | string>, tasks: number, type?: string][] = [
  ['calendar', async () => calendarOf('BEGIN:VTODO\r\nUID:a\r\nSUMMARY:a\r\nEND:VTODO'), 1],
  ['rondo', () => fixture('rondo.json'), 4],
  ['rondo-csv', () => fixture('rondo.csv'), 4],
  ['todoist-csv', () => fixture('todoist.csv'), 8],
  [
    'todoist-backup',
    async () =>
      zipOf({ 'Home [1].csv': await text('todoist.csv'), 'Work [2].csv': await text('todoist.csv') }),
    16,
  ],
  ['ticktick', () => fixture('ticktick.csv'), 9],
  [
    'vikunja',
    async () => zipOf({ 'data.json': await text('vikunja.json'), VERSION: '2.5.0', 'files/1': 'x' }),
    5,
  ],
  ['vikunja', () => fixture('vikunja.json'), 5],
  ['super-productivity', () => fixture('super-productivity.json'), 6],
  ['markdown', () => fixture('list.md'), 7],
  ['text', async () => 'Pay rent tomorrow\nBuy milk', 2, 'text/plain'],
];

for (const [format, body, count, type = 'application/octet-stream'] of files)
  describe(`${format} (${type})`, () => {
    test('preview, import, repetition, deletion and import again, undo', async () => {
      const ada = await person();
      const file = await body();
      const preview = await importBy(ada, file, { type, query: '?preview=true' });
      assert.deepEqual([preview.status, preview.body.format, preview.body.import_id], [200, format, null]);
      assert.deepEqual([preview.body.imported, preview.body.preview.length], [count, count]);
      assert.deepEqual(await tasksOf(ada), []);
      assert.deepEqual((await ada.call('GET', '/api/v1/imports')).body, []);

      const first = await importBy(ada, file, { type });
      assert.deepEqual([first.status, first.body.imported, first.body.preview], [200, count, []]);
      assert.deepEqual(first.body.notes, preview.body.notes);
      const tasks = await tasksOf(ada);
      // What had no time of its own was created, or completed, by the import.
      const atOf = ({ created_at, completed_at }: Task) => [created_at, completed_at];
      const previewed = preview.body.preview.map((task) => {
        const [created_at = '', completed_at = null] = atOf(tasks.find(({ id }) => id === task.id) ?? task);
        const isGuessed = task.created_at === task.updated_at;
        return {
          ...task,
          created_at: isGuessed ? (created_at ?? '') : task.created_at,
          completed_at: task.completed_at === task.updated_at ? completed_at : task.completed_at,
        };
      });
      assert.deepEqual(shown(previewed), shown(tasks));

      const again = await importBy(ada, file, { type, query: `?format=${format}` });
      assert.deepEqual([again.body.imported, again.body.import_id], [0, null]);
      assert.equal(again.body.skipped.filter(({ reason }) => reason === 'it already exists').length, count);

      const one = tasks.find(({ parent_id }) => parent_id === null);
      await ada.call('DELETE', `/api/v1/tasks/${one?.id}`);
      const left = (await tasksOf(ada)).length;
      const third = await importBy(ada, file, { type });
      assert.equal(third.body.imported, count - left);
      assert.deepEqual(shown(await tasksOf(ada)), shown(tasks));

      for (const id of [third.body.import_id, first.body.import_id])
        assert.equal((await ada.call('POST', `/api/v1/imports/${id}/undo`)).status, 200);
      assert.deepEqual(await tasksOf(ada), []);
    });
  });

test('an import is listed with its format and the name of its file', async () => {
  const ada = await person();
  await importBy(ada, await fixture('todoist.csv'), { query: '?file_name=Home%20%5B12%5D.csv' });
  const [listed] = (
    await ada.call<{ format: string; file_name: string; tasks: number }[]>('GET', '/api/v1/imports')
  ).body;
  assert.deepEqual([listed?.format, listed?.file_name, listed?.tasks], ['todoist-csv', 'Home [12].csv', 8]);
  assert.deepEqual([...new Set((await tasksOf(ada)).map(({ list }) => list))], ['Home']);
});

test('a preview places tasks below those of its earlier batches, and writes nothing', async () => {
  const ada = await person();
  const between = Array.from({ length: 1_200 }, (_, n) => `between ${n},${n + 2},`);
  const file = [
    'List Name,Title,taskId,parentId',
    ',top,1,',
    ',middle,2000,1',
    ...between.map((row) => `,${row}`),
    ',below,3000,2000',
  ];
  const { body } = await importBy(ada, file.join('\n'), { query: '?preview=true' });
  assert.deepEqual([body.imported, body.notes, body.preview.length], [1_203, [], 50]);
  assert.deepEqual(await tasksOf(ada), []);
});

test('at most 1,000 remarks of each kind are shown, and the others are counted', async () => {
  const ada = await person();
  const lines = Array.from({ length: 1_500 }, (_, n) => `- task ${n}`).join('\n');
  await importBy(ada, lines);
  const { body } = await importBy(ada, lines);
  assert.deepEqual([body.imported, body.skipped.length, body.more], [0, 1_000, { skipped: 500, notes: 0 }]);
});

const bomb = () =>
  zipOf({ 'data.json': Buffer.concat([Buffer.from('["'), Buffer.alloc(201 * 1024 * 1024, 'a')]) });
const manyFiles = () =>
  zipOf(Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`${n}.csv`, 'TYPE,CONTENT\n'])));
const damaged = async () => {
  const zip = await zipOf({ 'data.json': await text('vikunja.json') });
  return Buffer.concat([zip.subarray(0, 60), Buffer.alloc(40), zip.subarray(100)]);
};
const refusals: [
  what: string,
  body: () => Buffer | string | Promise<Buffer | string>,
  options: { type?: string; query?: string },
  status: number,
  words: RegExp,
][] = [
  ['an empty file', () => '', {}, 422, /body is empty/],
  [
    'a binary file',
    () => Buffer.from([0, 1, 2, 3, 255]),
    {},
    422,
    /Name it in format: rondo, rondo-csv, calendar/,
  ],
  ['another table', () => 'a,b\n1,2\n', { type: 'text/csv' }, 422, /Name it in format/],
  [
    'our table with semicolons',
    () => 'title;recurrence_rule\na;\n',
    { type: 'text/csv' },
    422,
    /separated by commas/,
  ],
  ['a zip of something else', () => zipOf({ 'a.txt': 'x' }), {}, 422, /It has a\.txt\./],
  ['an unknown format', () => 'x', { query: '?format=word' }, 422, /format/],
  ['a wrong format', () => 'hello', { query: '?format=vikunja' }, 422, /is not JSON/],
  ['JSON of something else', () => '{"a":1}', {}, 422, /not a backup of Super Productivity/],
  ['a zip as CSV', () => zipOf({ 'a.csv': 'x' }), { query: '?format=todoist-csv' }, 422, /is a zip file/],
  ['text as a zip', () => 'hello', { query: '?format=todoist-backup' }, 422, /is not a zip file/],
  [
    'no zip, though it begins like one',
    () => 'PK\u0003\u0004hello',
    {},
    422,
    /not a zip file, or is damaged/,
  ],
  ['a damaged zip', damaged, {}, 422, /not a zip file, or is damaged|is not JSON/],
  ['a zip bomb', bomb, {}, 422, /larger than 200 MiB/],
  ['a zip of too many files', manyFiles, {}, 422, /more than 1000 files/],
  ['a quote that is not closed', () => 'TYPE,CONTENT\ntask,"a\ntask,b\n', {}, 422, /a quote is not closed/],
  ['50,001 entries', () => `TYPE,CONTENT\n${'task,a\n'.repeat(50_001)}`, {}, 422, /more than 50000 entries/],
  ['more than 20 MiB', () => `- ${'x'.repeat(20 * 1024 * 1024)}`, {}, 413, /too large/],
  ['a form', () => 'a=b', { type: 'application/x-www-form-urlencoded' }, 415, /./],
];

for (const [what, body, options, status, words] of refusals)
  test(`${what} is ${status}, and nothing is written`, async () => {
    const ada = await person();
    const answer = await importBy<Problem>(ada, await body(), options);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(answer.body.detail ?? '', words);
    assert.deepEqual(await tasksOf(ada), []);
  });

test('a large file that is refused at its beginning is answered at once', async () => {
  const ada = await person();
  const rest = Buffer.alloc(15 * 1024 * 1024, 'x');
  for (const begin of [
    '\0',
    '[{"a",,',
    `TYPE,CONTENT\n${','.repeat(32_001)}`,
    `TYPE,CONTENT\ntask,"${'x'.repeat(300_000)}`,
  ])
    assert.equal(
      (await importBy(ada, Buffer.concat([Buffer.from(begin), rest]))).status,
      422,
      begin.slice(0, 9),
    );
});

test('a person imports one file at a time', async () => {
  const [ada, bob] = [await person(), await person()];
  const lines = Array.from({ length: 3_000 }, (_, n) => `- task ${n}`).join('\n');
  const answers = await Promise.all([importBy(ada, lines), importBy(ada, lines), importBy(bob, '- a')]);
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 200, 429],
  );
  assert.equal((await importBy(ada, lines)).status, 200);
});

test('a request without a body is 422', async () => {
  const ada = await person();
  for (const path of ['/api/v1/imports', '/api/v1/calendar-import'])
    assert.equal((await ada.call('POST', path)).status, 422, path);
});
