import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person } = await startTestService({ after }, todoService);
type Tasks = { tasks: Task[]; total: number; next_cursor: string | null };

test('filters, search, sorts and pages give the right tasks, and total is exact', async () => {
  const ada = await person();
  const drafts = [
    {
      title: 'Buy oat milk',
      labels: ['home', 'shop'],
      list: 'groceries',
      priority: 2,
      due_date: '2026-05-01',
    },
    {
      title: 'Call the bank',
      description: 'about the MILKY way loan',
      priority: 1,
      due_date: '2026-04-01T09:00:00+02:00',
    },
    { title: 'Write report', labels: ['work'], status: 'in_progress' },
  ];
  for (const draft of drafts) await ada.call('POST', '/api/v1/tasks', draft);
  const titles = async (query: string) => {
    const { status, body } = await ada.call<Tasks>('GET', `/api/v1/tasks?${query}`);
    assert.equal(status, 200, query);
    assert.equal(body.total, body.tasks.length, query);
    return body.tasks.map(({ title }) => title.split(' ')[0]);
  };
  assert.deepEqual(await titles(''), ['Write', 'Call', 'Buy']);
  assert.deepEqual(await titles('sort=due'), ['Call', 'Buy', 'Write']);
  assert.deepEqual(await titles('sort=priority'), ['Call', 'Buy', 'Write']);
  assert.deepEqual(await titles('status=in_progress'), ['Write']);
  assert.deepEqual(await titles('label=home&label=shop'), ['Buy']);
  assert.deepEqual(await titles('label=home&label=work'), []);
  assert.deepEqual(await titles('list=groceries'), ['Buy']);
  assert.deepEqual(await titles('priority=1'), ['Call']);
  assert.deepEqual(await titles('due_before=2026-04-15'), ['Call']);
  assert.deepEqual(await titles('due_after=2026-04-15'), ['Buy']);
  assert.deepEqual(await titles('q=milk'), ['Call', 'Buy']);
  assert.deepEqual(await titles('q=oat%20mi'), ['Buy']);
  assert.deepEqual(await titles('parent_id=none&status=pending'), ['Call', 'Buy']);
  for (const typed of ["'", '\\', ':*', 'a & | ! ( )', '<->', '%00', "'; DROP TABLE", '漢字', '😀']) {
    assert.equal((await ada.call('GET', `/api/v1/tasks?q=${encodeURIComponent(typed)}`)).status, 200, typed);
  }
});

test('keyset pages neither repeat nor skip tasks while others are created', async () => {
  const ada = await person();
  const before = (
    await ada.call<Tasks>('POST', '/api/v1/tasks/bulk', {
      operations: Array.from({ length: 25 }, (_, n) => ({ op: 'create', title: `t${n}` })),
    })
  ).body;
  for (const sort of ['created', 'due', 'priority', 'updated', 'title', 'completed']) {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Tasks = (
        await ada.call<Tasks>(
          'GET',
          `/api/v1/tasks?limit=10&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`,
        )
      ).body;
      seen.push(...page.tasks.map(({ id }) => id));
      cursor = page.next_cursor;
      if (seen.length <= 20) await ada.call('POST', '/api/v1/tasks', { title: 'meanwhile' });
    }
    assert.equal(new Set(seen).size, seen.length, sort);
    assert.ok(
      before.tasks.every(({ id }) => seen.includes(id)),
      sort,
    );
  }
  assert.equal((await ada.call('GET', '/api/v1/tasks?cursor=nonsense')).status, 422);
  assert.equal(
    (
      await ada.call(
        'GET',
        `/api/v1/tasks?sort=due&cursor=${Buffer.from('["created","a","b"]').toString('base64url')}`,
      )
    ).status,
    422,
  );
});

test('a changed task is found by its new content, and not by the old', async () => {
  const ada = await person();
  const { id } = (
    await ada.call<Task>('POST', '/api/v1/tasks', { title: 'before', labels: ['a'], priority: 1 })
  ).body;
  await ada.call('PATCH', `/api/v1/tasks/${id}`, {
    title: 'after',
    labels: ['b'],
    priority: 3,
    list: 'l',
    status: 'in_progress',
    due_date: '2027-01-01',
  });
  const finds = async (query: string) => (await ada.call<Tasks>('GET', `/api/v1/tasks?${query}`)).body.total;
  for (const query of [
    'q=after',
    'label=b',
    'priority=3',
    'list=l',
    'status=in_progress',
    'due_after=2026-12-31',
  ])
    assert.equal(await finds(query), 1, query);
  for (const query of ['q=before', 'label=a', 'priority=1', 'status=pending'])
    assert.equal(await finds(query), 0, query);
});

test('total is a lower bound for many matches, in every order, and exact for few', async () => {
  const ada = await person();
  const titles = Array.from({ length: 1_200 }, (_, n) =>
    n % 300 === 0 ? `rare common ${n}` : `common ${n}`,
  );
  for (let n = 0; n < titles.length; n += 400) {
    const operations = titles.slice(n, n + 400).map((title) => ({ op: 'create', title }));
    await ada.call('POST', '/api/v1/tasks/bulk', { operations });
  }
  type Page = Tasks & { total_is_exact: boolean };
  const page = async (query: string) => (await ada.call<Page>('GET', `/api/v1/tasks?${query}`)).body;
  const many = await page('q=common&limit=2');
  assert.deepEqual(
    [many.total, many.total_is_exact, many.tasks.map(({ title }) => title)],
    [500, false, ['common 1199', 'common 1198']],
  );
  const next = await page(`q=common&limit=2&cursor=${many.next_cursor}`);
  assert.deepEqual(
    next.tasks.map(({ title }) => title),
    ['common 1197', 'common 1196'],
  );
  const few = await page('q=rare');
  assert.deepEqual([few.total, few.total_is_exact, few.tasks.length], [4, true, 4]);
  for (const sort of ['priority', 'due', 'title', 'updated', 'completed']) {
    const sorted = await page(`q=common&sort=${sort}&limit=1`);
    assert.deepEqual([sorted.total, sorted.total_is_exact, sorted.tasks.length], [500, false, 1], sort);
    const beyond = await page(`q=common&sort=${sort}&offset=5000`);
    assert.deepEqual([beyond.total, beyond.tasks], [500, []], sort);
  }
  assert.equal((await page('')).total, 1_200);
});

test('the count is exact if only the newest tasks match, and right wherever the matches are', async () => {
  const ada = await person();
  const labelsOf = (n: number) => [
    ...(n >= 5_700 ? ['lately'] : []),
    ...(n % 10 < 9 ? ['usual'] : []),
    ...(n % 11 === 0 ? ['seldom'] : []),
    ...(n < 510 ? ['long ago'] : []),
  ];
  for (let from = 0; from < 6_000; from += 500) {
    const operations = Array.from({ length: 500 }, (_, n) => ({
      op: 'create',
      title: `task ${from + n}`,
      labels: labelsOf(from + n),
    }));
    await ada.call('POST', '/api/v1/tasks/bulk', { operations });
  }
  type Page = Tasks & { total_is_exact: boolean };
  for (const [label, total, isExact, newest] of [
    ['lately', 300, true, 'task 5999'],
    ['usual', 500, false, 'task 5998'],
    ['seldom', 500, false, 'task 5995'],
    ['long ago', 500, false, 'task 509'],
  ] as const) {
    const { body } = await ada.call<Page>('GET', `/api/v1/tasks?label=${encodeURIComponent(label)}&limit=20`);
    assert.deepEqual(
      [body.total, body.total_is_exact, body.tasks[0]?.title, body.tasks.length],
      [total, isExact, newest, 20],
      label,
    );
  }
});
