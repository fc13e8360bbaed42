import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { openHostDatabase } from '../support/database.ts';
import { growChain } from '../support/grow-chain.ts';
import { growWorkspace } from '../support/grow-workspace.ts';
import { load } from '../support/http-load.ts';
import { auditedSince, personOf, verificationOf, type BenchPerson } from '../support/people.ts';
import type { Bench, Figure, Scenario } from '../support/scenario.ts';

/** Of one workspace. The quota ends at 100,000 tasks; a million shows where the curve goes. */
const sizes = [1_000, 10_000, 100_000, 1_000_000];
const first = 1_000;
const perOperationMs = 1_500;

type Database = Awaited<ReturnType<typeof openHostDatabase>>;

/** What a measured request needs to know of its workspace. */
type Workspace = { person: BenchPerson; size: number; head: number; ids: string[] };

type Operation = {
  name: string;
  /** Absent if the order has no index, because a workspace holds at most 100,000 tasks. */
  atMostMs?: number;
  method?: string;
  body?: string;
  pathOf: (workspace: Workspace, n: number) => string;
};

const list = (name: string, query: string): Operation => ({
  name,
  atMostMs: 10,
  pathOf: () => `/api/v1/tasks?limit=50&${query}`,
});
const oneOf = ({ ids }: Workspace, n: number) => `/api/v1/tasks/${ids[n % ids.length]}`;

const operations: Operation[] = [
  list('newest first', ''),
  list('by due date', 'sort=due'),
  list('by priority', 'sort=priority'),
  { name: 'by title', pathOf: () => '/api/v1/tasks?limit=50&sort=title' },
  { name: 'last changed first', pathOf: () => '/api/v1/tasks?limit=50&sort=updated' },
  list('last completed first', 'sort=completed'),
  {
    name: 'after nine tenths of the tasks',
    atMostMs: 10,
    pathOf: ({ size }) => `/api/v1/tasks?limit=50&offset=${(size * 9) / 10}`,
  },
  list('of a label', 'label=odd'),
  list('of a list', 'list=home'),
  list('of one of two labels, without a third', 'any_label=odd&any_label=even&not_label=rare'),
  list('open, by due date', 'status=pending&sort=due'),
  list('done', 'status=complete'),
  list('filters that match nothing', 'status=pending&priority=1&list=none&label=even'),
  list('due in a month without a task', 'due_after=2040-01-01&due_before=2040-02-01'),
  list('search, a word of one task', 'q=needle'),
  list('search, a word of each task', 'q=task'),
  list('search, two words of many tasks', 'q=task%20bicycle'),
  { name: 'one task', atMostMs: 10, pathOf: oneOf },
  {
    name: 'the last ten changes',
    atMostMs: 10,
    pathOf: ({ head }) => `/api/v1/changes?since=${head - 10}`,
  },
  { name: 'the names of labels', atMostMs: 10, pathOf: () => '/api/v1/labels' },
  {
    name: 'change of a task',
    atMostMs: 15,
    method: 'PATCH',
    body: '{"description":"changed"}',
    pathOf: oneOf,
  },
];

type Column = { title: string; cells: Map<string, string>; msOf: Map<string, number> };

/** Each read and write with 1,000 to 1,000,000 tasks of one workspace, and of one with 1,000 beside them. */
export const growth: Scenario = {
  name: 'growth',
  async run(bench) {
    const database = await openHostDatabase(bench.dataDir);
    try {
      const columns: Column[] = [];
      const names = [...sizes.map((size) => ({ size, title: size.toLocaleString('en') })), beside];
      for (const { size, title } of names) {
        const person = await personOf(bench, `growth ${title}`);
        const workspace = await fill(bench, database, person, size);
        columns.push(await measure(bench, workspace, title));
      }
      return [...figuresOf(columns), ...(await chainFigures(bench))];
    } finally {
      await database.end();
    }
  },
};

const beside = { size: first, title: '1,000 beside them' };

/** Creates the first 1,000 tasks by bulk commands, waits until every consumer has them, and copies them. */
async function fill(bench: Bench, database: Database, person: BenchPerson, size: number): Promise<Workspace> {
  await createTasks(person);
  await auditedSince([person], performance.now());
  const { tasks } = await person.snapshot();
  const [newest] = tasks;
  if (!newest) throw new Error('The workspace has no task.');
  if (size > first) await growWorkspace(database, newest.workspace_id, size / first);
  // A creation would be one too many for the quota.
  await person.call('PATCH', `/api/v1/tasks/${newest.id}`, { title: 'A needle' });
  const { head } = await person.get<ChangePage>('/api/v1/changes?since=0&limit=1');
  await bench.waitUntilPublished();
  return { person, size, head, ids: tasks.map(({ id }) => id) };
}

async function createTasks(person: BenchPerson): Promise<void> {
  for (let from = 0; from < first; from += 500) {
    const operations = Array.from({ length: 500 }, (_, index) => draftOf(from + index));
    const { status, body } = await person.call('POST', '/api/v1/tasks/bulk', { operations });
    if (status !== 200) throw new Error(`bulk creation: ${status} ${JSON.stringify(body)}`);
  }
}

function draftOf(n: number) {
  return {
    op: 'create',
    title: `task number${n} ${n % 3 === 0 ? 'bicycle' : 'letter'}`,
    labels: [n % 2 === 0 ? 'even' : 'odd', ...(n % 100 === 0 ? ['rare'] : [])],
    priority: (n % 4) + 1,
    list: n % 5 === 0 ? null : 'home',
    due_date:
      n % 3 === 0
        ? null
        : `2027-${String((n % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`,
    ...(n % 10 === 0 ? { status: 'complete' } : {}),
  };
}

async function measure({ host }: Bench, workspace: Workspace, title: string): Promise<Column> {
  const cells = new Map<string, string>();
  const msOf = new Map<string, number>();
  const { token } = workspace.person;
  const began = performance.now();
  await workspace.person.snapshot();
  const seconds = (performance.now() - began) / 1000;
  msOf.set(snapshotName, (seconds * 1000) / (workspace.size / 1_000));
  cells.set(snapshotName, `${seconds.toFixed(2)} s`);
  for (const { name, method = 'GET', body, pathOf } of operations) {
    const result = await load({
      url: host.endpoints.url,
      connections: 1,
      durationMs: perOperationMs,
      request: (n) => ({
        method,
        path: pathOf(workspace, n),
        token,
        ...(body === undefined ? {} : { body: body.replace('changed', `changed ${n}`) }),
      }),
    });
    if (result.failures > 0) throw new Error(`${name}: ${result.failures} of ${result.answers} failed`);
    msOf.set(name, result.p50Ms);
    cells.set(name, `${result.p50Ms} (${result.p99Ms})`);
  }
  return { title, cells, msOf };
}

const snapshotName = 'snapshot, for each 1,000 tasks';

/** One figure for each operation: that of the largest workspace. The note has the median and p99 of all. */
function figuresOf(columns: Column[]): Figure[] {
  const largest = columns.at(sizes.length - 1);
  const measured: Pick<Operation, 'name' | 'atMostMs'>[] = [...operations, { name: snapshotName }];
  return measured.map(({ name, atMostMs }) => ({
    name: `growth: ${name}`,
    value: Math.round((largest?.msOf.get(name) ?? NaN) * 100) / 100,
    unit: 'ms',
    ...(atMostMs === undefined ? {} : { target: { at_most: atMostMs } }),
    note: columns.map(({ title, cells }) => `${title}: ${cells.get(name)}`).join('; '),
  }));
}

const records = 1_000_000;

/** Audit with a chain of a million records: a page, and a verification after one that proved the chain. */
async function chainFigures(bench: Bench): Promise<Figure[]> {
  const person = await personOf(bench, 'growth of a chain');
  await person.call('POST', '/api/v1/tasks', { title: 'The first of a long chain' });
  await auditedSince([person], performance.now());
  const [event] = await person.changes();
  if (!event) throw new Error('The workspace has no event.');
  await growChain(bench.dataDir, event, { after: event.seq, records });
  const page = await load({
    url: bench.host.endpoints.url,
    connections: 1,
    durationMs: perOperationMs,
    request: () => ({ method: 'GET', path: '/api/v1/audit?limit=50', token: person.token }),
  });
  const timed = async () => {
    const began = performance.now();
    await verificationOf(person);
    return Math.round(performance.now() - began);
  };
  const whole = await timed();
  const again = await timed();
  const name = `of a chain of ${records.toLocaleString('en')} records`;
  return [
    { name: `audit: a page ${name}`, value: page.p99Ms, unit: 'ms', target: { at_most: 1_000 }, note: 'p99' },
    {
      name: `audit: verification ${name}, from the place that the last one proved`,
      value: again,
      unit: 'ms',
      target: { at_most: 1_000 },
      note: `the one before, of the whole chain: ${whole} ms`,
    },
  ];
}
