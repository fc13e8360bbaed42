import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { query } from '@rondo/postgres/test/query';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { rankAfter } from '../../src/domain/rank.ts';
import type { SavedFilter } from '../../src/domain/saved-filter.ts';
import { service as todoService } from '../../src/service.ts';

const { person, database_url: databaseUrl } = await startTestService({ after }, todoService);
const path = '/api/v1/filters';
type Refusal = { code: string; errors: { field: string; message: string }[] };

const save = async (who: TestPerson, filter: object) => {
  const { status, body } = await who.call<SavedFilter>('POST', path, filter);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
};
const namesOf = async (who: TestPerson) =>
  (await who.call<SavedFilter[]>('GET', path)).body.map(({ name }) => name);

test('filters are saved, listed by rank, replaced and deleted', async () => {
  const ada = await person();
  const first = await save(ada, { name: ' Bills ', query: { label: ['bills'], sort: 'due' } });
  assert.deepEqual([first.name, first.query, first.rank], ['Bills', { label: ['bills'], sort: 'due' }, 'V']);
  await save(ada, { name: 'Last', query: {} });
  await save(ada, { name: 'Top', query: { q: 'x' }, rank: '0' });
  assert.deepEqual(await namesOf(ada), ['Top', 'Bills', 'Last']);
  const replaced = await ada.call<SavedFilter>('PUT', `${path}/${first.id}`, {
    name: 'Open',
    query: { status: ['pending'] },
  });
  assert.deepEqual(
    [replaced.status, replaced.body.name, replaced.body.query, replaced.body.rank],
    [200, 'Open', { status: ['pending'] }, 'V'],
  );
  assert.deepEqual((await ada.call('GET', `${path}/${first.id}`)).body, replaced.body);
  await ada.call('PUT', `${path}/${first.id}`, { name: 'Open', query: {}, rank: 'z' });
  assert.deepEqual(await namesOf(ada), ['Top', 'Last', 'Open']);
  assert.equal((await ada.call('DELETE', `${path}/${first.id}`)).status, 204);
  assert.deepEqual(await namesOf(ada), ['Top', 'Last']);
});

test('a saved filter lists its tasks, page by page, and takes another order', async () => {
  const ada = await person();
  for (const title of ['a', 'b', 'c']) await ada.call('POST', '/api/v1/tasks', { title, labels: ['x'] });
  await ada.call('POST', '/api/v1/tasks', { title: 'other' });
  const { id } = await save(ada, { name: 'x', query: { label: ['x'], sort: 'title' } });
  type Page = { tasks: Task[]; total: number; next_cursor: string };
  const list = async (parameters: string) => {
    const { status, body } = await ada.call<Page>('GET', `/api/v1/tasks?filter=${id}${parameters}`);
    assert.equal(status, 200, JSON.stringify(body));
    return { ...body, titles: body.tasks.map(({ title }) => title).join('') };
  };
  const page = await list('&limit=2');
  assert.deepEqual([page.titles, page.total], ['ab', 3]);
  assert.equal((await list(`&limit=2&cursor=${page.next_cursor}`)).titles, 'c');
  assert.equal((await list('&order=desc')).titles, 'cba');
  assert.equal((await list('&sort=created')).titles, 'cba');
});

test('what is no filter is refused: 422 names the field, 404 is another workspace’s', async () => {
  const [ada, eve] = [await person(), await person()];
  for (const [body, field] of [
    [{ query: {} }, 'name'],
    [{ name: '  ', query: {} }, 'name'],
    [{ name: 'x', query: { colour: 'red' } }, 'query/colour'],
    [{ name: 'x', query: { status: 'pending' } }, 'query/status'],
    [{ name: 'x', query: { limit: 20 } }, 'query/limit'],
    [{ name: 'x', query: { due: 'none', due_after: '2027-01-01' } }, 'query/due'],
    [{ name: 'x', query: {}, rank: 'ä' }, 'rank'],
  ] as const) {
    const { status, body: problem } = await ada.call<Refusal>('POST', path, body);
    assert.deepEqual([status, problem.errors[0]?.field], [422, field], JSON.stringify(problem));
  }
  const { id } = await save(ada, { name: 'x', query: {} });
  for (const [method, to, body] of [
    ['GET', `${path}/${id}`, undefined],
    ['PUT', `${path}/${id}`, { name: 'y', query: {} }],
    ['DELETE', `${path}/${id}`, undefined],
    ['GET', `/api/v1/tasks?filter=${id}`, undefined],
  ] as const)
    assert.equal((await eve.call(method, to, body)).status, 404, `${method} ${to}`);
  const both = await ada.call<Refusal>('GET', `/api/v1/tasks?filter=${id}&status=pending`);
  assert.deepEqual([both.status, both.body.errors[0]?.field], [422, 'filter']);
});

test('a parameter that no longer exists is 422 and named; the list is not read without it', async () => {
  const ada = await person();
  const { id } = await save(ada, { name: 'x', query: {} });
  for (const [stored, word] of [
    ['{"colour":"red"}', 'colour'],
    ['{"status":["done"]}', 'status'],
  ] as const) {
    await query(databaseUrl, 'UPDATE todo_service.filters SET query = $2 WHERE id = $1', [id, stored]);
    const { status, body } = await ada.call<Refusal>('GET', `/api/v1/tasks?filter=${id}`);
    assert.deepEqual([status, body.errors[0]?.field], [422, 'filter']);
    assert.match(body.errors[0]?.message ?? '', new RegExp(word));
  }
});

test('a retry with the same id saves one filter; a workspace has at most 100, also at once', async () => {
  const ada = await person();
  const filter = { id: v7(), name: 'once', query: {} };
  const retries = await Promise.all(Array.from({ length: 4 }, () => ada.call('POST', path, filter)));
  assert.deepEqual(
    retries.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 200, 200, 201],
  );
  const more = await Promise.all(
    Array.from({ length: 101 }, (_, n) => ada.call<Refusal>('POST', path, { name: `f${n}`, query: {} })),
  );
  assert.deepEqual(
    more.filter(({ status }) => status !== 201).map(({ status, body }) => [status, body.code]),
    Array.from({ length: 2 }, () => [403, 'quota-exceeded']),
  );
  assert.equal((await namesOf(ada)).length, 100);
});

test('each rank is after the one before', () => {
  const ranks = ['V'];
  for (let n = 0; n < 200; n += 1) ranks.push(rankAfter(ranks.at(-1)));
  assert.deepEqual(ranks, ranks.toSorted());
  assert.equal(new Set(ranks).size, ranks.length);
  assert.ok(ranks.every(({ length }) => length < 10));
});
