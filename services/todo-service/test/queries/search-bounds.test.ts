import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { v7 } from 'uuid';
import { query } from '@rondo/postgres/test/query';
import { onDatabase } from '@rondo/postgres/test/test-database';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService } from '@rondo/shared/test/service';
import { openDatabase } from '@rondo/shared/database/database';
import { searchQuery } from '../../src/domain/search-query.ts';
import { searchVector } from '../../src/domain/search-vector.ts';
import type { ListQuery } from '../../src/queries/list-query.ts';
import { listTasks } from '../../src/queries/list-tasks.ts';
import { withinSearchDeadline } from '../../src/queries/search-deadline.ts';
import { service as todoService } from '../../src/service.ts';
import type { Tables } from '../../src/store/tables.ts';
import { seedSearchedTasks, seedTasks } from '../support/seed-events.ts';

const { person, database_url: databaseUrl } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(databaseUrl, 'bounds of searches', 1);
after(() => database.destroy());

type Example = { text: string; typed: string };

/** Whether each text is found by what is typed. */
async function areFound(examples: Example[]): Promise<boolean[]> {
  const workspaceId = v7();
  const vectors = examples.map(({ text }) =>
    searchVector({ ...(exampleTask as unknown as Task), workspace_id: workspaceId, description: text }),
  );
  const queries = examples.map(({ typed }) => searchQuery(workspaceId, typed));
  const rows = (await query(
    databaseUrl,
    `SELECT vector::tsvector @@ words::tsquery AS "isFound"
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS example (vector, words, nth) ORDER BY nth`,
    [vectors, queries],
  )) as { isFound: boolean }[];
  return rows.map(({ isFound }) => isFound);
}

const chinese = fc.string({
  unit: fc.constantFrom('買', '牛', '奶', '和', '麵', '包', '啊', '會', '議'),
  minLength: 1,
  maxLength: 60,
  size: 'max',
});
const dotted = fc
  .array(fc.constantFrom('a', 'b', 'img', '2027', '01', 'ds7604', 'Png'), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  })
  .map((parts) => parts.join('-'));
const chunk = fc.oneof(chinese, dotted, fc.constantFrom('milk', 'René', 'billing@example.com', '第3章'));

test('a text is found by each part of it, however long: what is left out of a query finds more', async () => {
  const ofWords = fc
    .tuple(fc.array(chunk, { minLength: 1, maxLength: 40, size: 'max' }), fc.nat(), fc.nat())
    .map(([chunks, from, count]) => {
      const first = from % chunks.length;
      return { text: chunks.join(' '), typed: chunks.slice(first, first + 1 + (count % 40)).join(' ') };
    });
  const ofCharacters = fc.tuple(chinese, fc.nat(), fc.nat()).map(([text, from, count]) => {
    const first = from % text.length;
    return { text, typed: text.slice(first, first + 1 + (count % 60)) };
  });
  const examples = fc.sample(fc.oneof(ofWords, ofCharacters), 400);
  const found = await areFound(examples);
  assert.deepEqual(
    examples.filter((_, n) => !found[n]),
    [],
  );
  assert.ok(examples.some(({ typed }) => typed.length > 300));
});

test('a joined word is found by its parts, wherever the bound of a query is', async () => {
  const examples = Array.from({ length: 36 }, (_, n) => {
    const before = Array.from({ length: n }, (_word, nth) => 'w'.repeat(nth + 1));
    return { text: [...before, 'WiFi'].join(' '), typed: [...before, 'wi-fi'].join(' ') };
  });
  assert.deepEqual(
    await areFound(examples),
    examples.map(() => true),
  );
});

test('what people type is searched for exactly: a sentence of 17 characters, a file, a number of a book', async () => {
  const sentence = '明天下午三點在圖書館門口見面聊一下';
  const file = 'IMG_2027-01-15_12.33.10_copy.jpeg';
  const isbn = '978-3-16-148410-0';
  assert.deepEqual(
    await areFound([
      { text: sentence, typed: sentence },
      { text: sentence.replace('一下', '下一'), typed: sentence },
      { text: `${file} ${isbn}`, typed: `${file} ${isbn}` },
      { text: file.replace('10_copy', 'copy_10'), typed: file },
      { text: '978-3-148410-16-0', typed: isbn },
    ]),
    [true, false, true, false, false],
  );
});

/** What listing tasks did in the database: scans of the index of words, and tasks that were read. */
async function costOf(workspaceId: string, filter: Partial<ListQuery>) {
  const before = await countersOf();
  const list = { trash: false, limit: 1, offset: 0, ...filter };
  const page = JSON.parse(await listTasks({ database }, { workspaceId, query: list, timeZone: 'UTC' })) as {
    tasks: Task[];
    total: number;
  };
  const { searches, read } = await countersOf();
  return { page, searches: searches - before.searches, read: read - before.read };
}

/** A session reports its counters to the others at the end of a statement, if it is forced to. */
async function countersOf(): Promise<{ searches: number; read: number }> {
  await sql`SELECT pg_stat_force_next_flush()`.execute(database);
  const [counters] = (await query(
    databaseUrl,
    `SELECT words.idx_scan::int AS searches, (tasks.seq_tup_read + tasks.idx_tup_fetch)::int AS read
     FROM pg_stat_user_tables tasks JOIN pg_stat_user_indexes words USING (relid)
     WHERE tasks.relname = 'tasks' AND words.indexrelname = 'tasks_by_words'`,
  )) as { searches: number; read: number }[];
  assert.ok(counters);
  return counters;
}

test('a search without matches tries each task that has its words once, also for a page beyond the last one', async () => {
  const { id } = await person();
  await seedSearchedTasks(databaseUrl, id, { count: 300, description: `b ${'a '.repeat(300)}` });
  for (const offset of [0, 100]) {
    const { page, searches, read } = await costOf(id, { q: `${'a-'.repeat(15)}b`, offset });
    assert.deepEqual([page.tasks, page.total, searches], [[], 0, 1]);
    // The newest 200 are looked at before, to tell whether matches are common.
    assert.equal(read, 200 + 300);
  }
});

test('a page of common matches reads few tasks, however many words are searched for', async () => {
  const [{ id }, other] = [await person(), await person()];
  // So the statistics say that few tasks have a word, and the planner expects no task with all of them.
  await seedTasks(databaseUrl, other.id, { count: 4_000, description: '' });
  const words = Array.from({ length: 120 }, (_, n) => `w${n.toString(36).padStart(2, '0')}`);
  await seedSearchedTasks(databaseUrl, id, { count: 2_000, description: words.join(' ') });
  for (const sort of ['created', 'due', 'rank'] as const) {
    const { page, searches, read } = await costOf(id, { q: words.join(' ').slice(0, 480), sort });
    assert.deepEqual([page.tasks.length, page.total, searches], [1, 500, 0], sort);
    // 521 for the sample.
    assert.ok(read < 600, `${sort}: ${read} tasks`);
  }
});

test('a search that takes longer than its deadline is a 422', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'milk' });
  await ada.call('GET', '/api/v1/tasks?q=milk');
  await onDatabase(databaseUrl, async (blocker) => {
    await blocker.query('BEGIN; LOCK TABLE todo_service.tasks');
    const { status, body } = await ada.call('GET', '/api/v1/tasks?q=milk');
    assert.deepEqual([status, body['code']], [422, 'search-too-costly']);
  });
  const timeout = sql<{ statement_timeout: string }>`SHOW statement_timeout`;
  const during = await withinSearchDeadline(database, (searching) => timeout.execute(searching));
  const afterwards = await timeout.execute(database);
  assert.deepEqual(
    [during, afterwards].map(({ rows }) => rows[0]?.statement_timeout),
    ['4s', '9s'],
  );
  assert.equal((await ada.call('GET', '/api/v1/tasks?q=milk')).status, 200);
});
