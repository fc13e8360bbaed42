import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import type { HistoryPage } from '../../src/queries/read-history.ts';
import { service as todoService } from '../../src/service.ts';
import { seedTasks, seedVersions } from '../support/seed-events.ts';

const { person, database_url: databaseUrl } = await startTestService({ after }, todoService);

const mebibyte = 1024 * 1024;
/** What a page has around its rows. */
const envelope = 500;
/** As JSON 114,000 bytes: each control character takes six. */
const description = '\u0001'.repeat(19_000);

/** Reads all pages. Each has at least one row and, with more than one, at most 1 MiB. */
async function readPages<Page>(
  who: TestPerson,
  pathAfter: (page: Page | undefined) => string | undefined,
  rowsOf: (page: Page) => unknown[],
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let path = pathAfter(undefined); path !== undefined; path = pathAfter(pages.at(-1))) {
    const { status, body } = await who.call<Page>('GET', path);
    assert.equal(status, 200, path);
    const rows = rowsOf(body);
    assert.ok(rows.length > 0, `${path} has rows`);
    const bytes = Buffer.byteLength(JSON.stringify(body));
    assert.ok(bytes <= mebibyte + envelope || rows.length === 1, `${path}: ${bytes} bytes`);
    pages.push(body);
  }
  return pages;
}

const seqsOf = (pages: ChangePage[]) => pages.flatMap(({ changes }) => changes.map(({ seq }) => seq));
const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

async function readChanges(who: TestPerson): Promise<ChangePage[]> {
  return readPages<ChangePage>(
    who,
    (page) => {
      if (page && !page.has_more) return undefined;
      return `/api/v1/changes?since=${page?.changes.at(-1)?.seq ?? 0}&limit=1000`;
    },
    ({ changes }) => changes,
  );
}

test('a page of the change feed ends at 1 MiB, and the next one continues after it', async () => {
  const ada = await person();
  await seedVersions(databaseUrl, ada.id, { count: 25, description, changed: ['priority'] });
  const pages = await readChanges(ada);
  assert.deepEqual([pages.length, seqsOf(pages)], [3, count(25)]);
  const eve = await person();
  await seedVersions(databaseUrl, eve.id, { count: 600, description: 'short', changed: ['priority'] });
  assert.deepEqual(
    (await readChanges(eve)).map(({ changes }) => changes.length),
    [600],
    'rows are counted, too',
  );
});

test('an event that is larger than a page is a page of its own', async () => {
  const ada = await person();
  await seedVersions(databaseUrl, ada.id, { count: 5, description: 'short', changed: ['priority'] });
  await query(
    databaseUrl,
    `UPDATE todo_service.events SET payload = json_build_object('description', repeat('x', 2000000))
     WHERE workspace_id = $1 AND seq IN (1, 3)`,
    [ada.id],
  );
  const pages = await readChanges(ada);
  assert.deepEqual(
    pages.map(({ changes }) => changes.map(({ seq }) => seq)),
    [[1], [2], [3], [4, 5]],
  );
});

test('a page of the snapshot ends at 1 MiB, and the last one has no cursor', async () => {
  const ada = await person();
  const ids = await seedTasks(databaseUrl, ada.id, { count: 20, description });
  const next = (limit: number) => (page: SnapshotPage | undefined) =>
    page?.next_cursor === null
      ? undefined
      : `/api/v1/snapshot?limit=${limit}${page ? `&cursor=${page.next_cursor}` : ''}`;
  for (const [limit, expected] of [
    [5_000, [9, 9, 2]],
    [5, [5, 5, 5, 5]],
  ] as const) {
    const pages = await readPages<SnapshotPage>(ada, next(limit), ({ tasks }) => tasks);
    assert.deepEqual(
      pages.map(({ tasks }) => tasks.length),
      expected,
    );
    assert.deepEqual(
      pages.flatMap(({ tasks }) => tasks.map(({ id }) => id)),
      ids,
    );
  }
});

test('a page of a list ends at 1 MiB in each order, with and without a filter', async () => {
  type Page = { tasks: Task[]; total: number; next_cursor: string | null };
  const ada = await person();
  const ids = await seedTasks(databaseUrl, ada.id, { count: 20, description });
  for (const filter of [
    'sort=created',
    'sort=due',
    'sort=priority',
    'sort=title&order=desc',
    'sort=updated',
    'q=rent',
    'priority=2&sort=due',
  ]) {
    const pages = await readPages<Page>(
      ada,
      (page) =>
        page?.next_cursor === null
          ? undefined
          : `/api/v1/tasks?limit=100&${filter}${page ? `&cursor=${page.next_cursor}` : ''}`,
      ({ tasks }) => tasks,
    );
    assert.deepEqual(
      pages.map(({ tasks, total }) => [tasks.length, total]),
      [
        [9, 20],
        [9, 20],
        [2, 20],
      ],
      filter,
    );
    assert.deepEqual(pages.flatMap(({ tasks }) => tasks.map(({ id }) => id)).toSorted(), ids, filter);
  }
});

test('a page of a task’s history ends at 1 MiB of differences', async () => {
  const ada = await person();
  const read = async (changed: string[]) => {
    const who = await person();
    const id = await seedVersions(databaseUrl, who.id, { count: 25, description, changed });
    return readPages<HistoryPage>(
      who,
      (page) =>
        page?.next_before === null
          ? undefined
          : `/api/v1/tasks/${id}/history?limit=100${page ? `&before=${page.next_before}` : ''}`,
      ({ history }) => history,
    );
  };
  const small = await read(['priority']);
  assert.deepEqual(
    small.map(({ history }) => history.map(({ version }) => version)),
    [count(25).toReversed()],
  );
  assert.deepEqual(small[0]?.history[0]?.diff, { priority: { from: 1, to: 2 } });
  assert.deepEqual(small[0]?.history.at(-1)?.diff, { priority: { from: null, to: 2 } });
  const large = await read(['description', 'priority']);
  assert.ok(large.length > 4);
  assert.deepEqual(
    large.flatMap(({ history }) => history.map(({ version }) => version)),
    count(25).toReversed(),
  );
  assert.deepEqual(Object.keys(large[0]?.history[0]?.diff ?? {}), ['description', 'priority']);
  assert.equal((await ada.call('GET', `/api/v1/tasks/${ada.id}/history`)).status, 404);
});
