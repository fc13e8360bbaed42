import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

let now = new Date('2026-01-10T08:00:00.000Z');
const { person, issuer, service } = await startTestService({ after }, todoService, {
  clock: { now: () => now },
});
type Page = { tasks: Task[]; total: number; next_cursor: string | null };

const minute = 60_000;
const names = ({ tasks }: Page) => tasks.map(({ title }) => title).join('');

/** Creates tasks, a minute apart. */
async function create(who: TestPerson, drafts: Record<string, unknown>[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const draft of drafts) {
    now = new Date(now.getTime() + minute);
    const { status, body } = await who.call<Task>('POST', '/api/v1/tasks', draft);
    assert.equal(status, 201, JSON.stringify(body));
    ids.set(body.title, body.id);
  }
  return ids;
}

const list = async (who: TestPerson, parameters: string) => {
  const { status, body } = await who.call<Page>('GET', `/api/v1/tasks?${parameters}`);
  assert.equal(status, 200, `${parameters}: ${JSON.stringify(body)}`);
  return body;
};

/** Reads a list page by page. */
async function pages(who: TestPerson, parameters: string): Promise<string> {
  let found = '';
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await list(who, `${parameters}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    found += names(page);
    cursor = page.next_cursor;
  }
  return found;
}

const drafts = [
  {
    title: 'A',
    list: 'home',
    labels: ['x', 'y'],
    priority: 1,
    due_date: '2027-01-12',
    status: 'in_progress',
  },
  { title: 'B', list: 'work', labels: ['x'], priority: 2 },
  { title: 'C', labels: ['y z'], priority: 2, due_date: '2027-01-11T08:00:00Z' },
  { title: 'D', labels: ['🔥'], status: 'complete' },
  { title: 'E', list: 'none', due_date: '2027-01-11T09:00:00Z' },
];

test('each filter by itself and with others finds the right tasks', async () => {
  const ada = await person();
  await create(ada, drafts);
  for (const [parameters, expected] of [
    ['status=pending&status=in_progress', 'ECBA'],
    ['status=complete', 'D'],
    ['list=home&list=work', 'BA'],
    ['list=none', 'DC'],
    ['list=none&list=home', 'DCA'],
    ['list=nothing', ''],
    ['priority=1&priority=2', 'CBA'],
    ['label=x&label=y', 'A'],
    ['any_label=y&any_label=y%20z', 'CA'],
    ['any_label=%F0%9F%94%A5&any_label=x', 'DBA'],
    ['label=%F0%9F%94%A5', 'D'],
    ['label=y', 'A'],
    ['label=z', ''],
    ['not_label=x', 'EDC'],
    ['not_label=x&not_label=y%20z&priority=4', 'ED'],
    ['label=x&not_label=y', 'B'],
    ['due=none', 'DB'],
    ['due=none&status=pending', 'B'],
    ['list=work&q=b', 'B'],
    ['list=work&q=c', ''],
  ] as const)
    for (const order of ['', '&sort=title&order=desc', '&sort=updated', '&sort=created&order=desc']) {
      const page = await list(ada, parameters + order);
      assert.deepEqual([names(page), page.total], [expected, expected.length], parameters + order);
    }
});

test('each order is total in both directions, with and without a filter; tasks without the value come last', async () => {
  const ada = await person();
  const ids = await create(ada, [
    { title: 'É', priority: 2, due_date: '2027-01-12' },
    { title: 'b', priority: 1 },
    { title: 'a', due_date: '2027-01-11' },
    { title: 'D', due_date: '2027-01-12' },
    { title: 'c' },
  ]);
  for (const title of ['D', 'b']) {
    now = new Date(now.getTime() + minute);
    await ada.call('POST', `/api/v1/tasks/${ids.get(title)}/complete`);
  }
  for (const [order, expected] of [
    ['', 'cDabÉ'],
    ['sort=created', 'cDabÉ'],
    ['sort=created&order=asc', 'ÉbaDc'],
    ['sort=due', 'aÉDbc'],
    ['sort=due&order=desc', 'DÉacb'],
    ['sort=priority', 'bÉaDc'],
    ['sort=priority&order=desc', 'cDaÉb'],
    ['sort=title', 'abcDÉ'],
    ['sort=title&order=desc', 'ÉDcba'],
    ['sort=updated', 'bDcaÉ'],
    ['sort=updated&order=asc', 'ÉacDb'],
    ['sort=completed', 'bDcaÉ'],
    ['sort=completed&order=asc', 'DbÉac'],
  ] as const) {
    assert.equal(names(await list(ada, order)), expected, order);
    assert.equal(await pages(ada, order), expected, `${order} in pages`);
    assert.equal(await pages(ada, `${order}&not_label=none`), expected, `${order} in pages, filtered`);
    const rest = names(await list(ada, `${order}&limit=2&offset=2`));
    assert.equal(rest, Array.from(expected).slice(2, 4).join(''), `${order} from an offset`);
  }
});

test('a cursor belongs to one order', async () => {
  const ada = await person();
  await create(ada, drafts);
  const { next_cursor: cursor } = await list(ada, 'sort=due&limit=1');
  for (const order of ['sort=due&order=desc', 'sort=title', ''])
    assert.equal((await ada.call('GET', `/api/v1/tasks?${order}&cursor=${cursor}`)).status, 422, order);
});

test('filters that contradict each other are 422 and name the field', async () => {
  const ada = await person();
  for (const [parameters, field] of [
    ['due=none&due_after=2027-01-01', 'due'],
    ['due=none&due_before=2027-01-01', 'due'],
    ['due=some', 'due'],
    ['due_after=2027-02-01&due_before=2027-01-01', 'due_before'],
    ['due_after=2027-02-01&due_before=2027-02-01', 'due_before'],
    ['due_after=2027-02-01T10:00:00Z&due_before=2027-02-01T10:30:00%2B01:00', 'due_before'],
    ['completed_after=2027-02-01&completed_before=2027-01-01', 'completed_before'],
    ['status=pending&completed_after=2027-01-01', 'status'],
    ['label=a&not_label=a', 'not_label'],
    ['any_label=a&any_label=b&not_label=b&not_label=a', 'not_label'],
    ['sort=size', 'sort'],
    ['order=up', 'order'],
  ]) {
    const { status, body } = await ada.call<{ errors: { field: string }[] }>(
      'GET',
      `/api/v1/tasks?${parameters}`,
    );
    assert.deepEqual([status, body.errors[0]?.field], [422, field], parameters);
  }
  for (const parameters of [
    'status=complete&completed_after=2027-01-01',
    'due_after=2027-02-01&due_before=2027-02-01T10:00:00Z',
    'any_label=a&any_label=b&not_label=a',
  ])
    assert.equal((await ada.call('GET', `/api/v1/tasks?${parameters}`)).status, 200, parameters);
});

/** A person whose token says where they are. */
async function personIn(zoneinfo: string): Promise<TestPerson> {
  const { id } = await person();
  const token = await issuer.tokenFor({ sub: id, zoneinfo });
  return {
    id,
    token,
    async call<Body>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
    },
  };
}

const found = (page: Page) => Array.from(names(page)).toSorted().join('');

test('case 7: due_after and due_before by date are the days of the person, and so are the instants of a day', async () => {
  const bangkok = await personIn('Asia/Bangkok');
  const zone = { time_zone: 'Asia/Bangkok' };
  await create(bangkok, [
    { title: 'A', due_date: '2027-01-15T06:00:00+07:00', ...zone },
    { title: 'B', due_date: '2027-01-15', ...zone },
    { title: 'C', due_date: '2027-01-16', ...zone },
    { title: 'D', due_date: '2027-01-14T23:59:00+07:00' },
    { title: 'E', due_date: '2027-01-15' },
  ]);
  for (const day of [
    'due_after=2027-01-15&due_before=2027-01-16',
    'due_after=2027-01-15T00:00:00%2B07:00&due_before=2027-01-16T00:00:00%2B07:00',
  ])
    assert.equal(found(await list(bangkok, day)), 'ABE', day);

  const newYork = await personIn('America/New_York');
  await create(newYork, [
    { title: 'A', due_date: '2027-01-15' },
    { title: 'B', due_date: '2027-01-16' },
    { title: 'C', due_date: '2027-01-15T19:00:00-05:00' },
    { title: 'D', due_date: '2027-01-14T23:00:00-05:00' },
    { title: 'E', due_date: '2027-01-14' },
  ]);
  for (const day of [
    'due_after=2027-01-15&due_before=2027-01-16',
    'due_after=2027-01-15T00:00:00-05:00&due_before=2027-01-16T00:00:00-05:00',
    'due_after=2027-01-15T05:00:00Z&due_before=2027-01-16T05:00:00Z',
  ])
    assert.equal(found(await list(newYork, day)), 'AC', day);
  assert.equal(found(await list(newYork, 'due_before=2027-01-15')), 'DE');
  assert.equal(found(await list(newYork, 'due_after=2027-01-16')), 'B');
  assert.equal(found(await list(newYork, 'due_after=2027-01-15T12:00:00-05:00')), 'BC');
});

test('an all-day task with a zone begins at its own midnight, and has its own date', async () => {
  const ada = await personIn('America/Los_Angeles');
  await create(ada, [
    { title: 'A', due_date: '2027-01-15', time_zone: 'Pacific/Kiritimati' },
    { title: 'B', due_date: '2027-01-15', time_zone: 'Etc/GMT+12' },
  ]);
  assert.equal(found(await list(ada, 'due_after=2027-01-15&due_before=2027-01-16')), 'AB');
  // Midnight of the 15th at +14:00 and at -12:00.
  assert.equal(found(await list(ada, 'due_before=2027-01-14T10:00:01Z')), 'A');
  assert.equal(found(await list(ada, 'due_after=2027-01-15T12:00:00Z')), 'B');
  assert.equal(found(await list(ada, 'due_before=2027-01-14T10:00:00Z')), '');
});

test('a day without a midnight begins when the clock goes on', async () => {
  const ada = await personIn('America/Santiago');
  await create(ada, [
    { title: 'A', due_date: '2026-09-06' },
    { title: 'B', due_date: '2026-09-06T01:00:00-03:00' },
    { title: 'C', due_date: '2026-09-05T23:59:00-04:00' },
  ]);
  assert.equal(found(await list(ada, 'due_after=2026-09-06&due_before=2026-09-07')), 'AB');
  assert.equal(found(await list(ada, 'due_before=2026-09-06')), 'C');
});

test('completion is filtered by instants and by the days of the person', async () => {
  const ada = await personIn('Asia/Tokyo');
  const ids = await create(ada, [{ title: 'A' }, { title: 'B' }, { title: 'C' }]);
  for (const [title, at] of [
    ['A', '2026-01-14T14:59:00.000Z'],
    ['B', '2026-01-14T15:00:00.000Z'],
  ] as const) {
    now = new Date(at);
    await ada.call('POST', `/api/v1/tasks/${ids.get(title)}/complete`, {});
  }
  assert.equal(found(await list(ada, 'completed_after=2026-01-15')), 'B');
  assert.equal(found(await list(ada, 'completed_before=2026-01-15')), 'A');
  assert.equal(found(await list(ada, 'completed_after=2026-01-14T14:59:00Z&sort=completed')), 'AB');
  assert.equal(found(await list(ada, 'completed_after=2026-01-16')), '');
});
