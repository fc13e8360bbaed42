/** What the moves of one command read doesn't grow with the moves before them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { KyselyPlugin, Transaction } from 'kysely';
import { query } from '@rondo/postgres/test/query';
import { openDatabase } from '@rondo/shared/database/database';
import { rowsReadBy } from '@rondo/shared/test/rows-read';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { noZones } from '../../src/domain/floating.ts';
import { service as todoService } from '../../src/service.ts';
import { placeTask, type Place } from '../../src/store/place-task.ts';
import { createPlaces } from '../../src/store/places.ts';
import type { Tables } from '../../src/store/tables.ts';
import { WorkingSet } from '../../src/store/working-set.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(url, 'places', 1);
after(() => database.destroy());

const count = 1_000;

/** A person with many tasks. @returns their ids in the order of lists and boards */
async function personWithTasks(): Promise<{ ada: TestPerson; ids: string[] }> {
  const ada = await person();
  for (let made = 0; made < count; made += 500) {
    const operations = Array.from({ length: 500 }, (_, n) => ({ op: 'create', title: `task ${made + n}` }));
    assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', { operations })).status, 200);
  }
  const sql = 'SELECT id FROM todo_service.tasks WHERE workspace_id = $1 ORDER BY rank, id';
  const rows = (await query(url, sql, [ada.id])) as { id: string }[];
  return { ada, ids: rows.map(({ id }) => id) };
}

const { ada, ids } = await personWithTasks();
const at = (index: number) => ids[index] as string;
type Move = Place & { id: string };

/** Measures queries, with their parameters. */
const measuring = (lengths: number[]): KyselyPlugin => ({
  transformQuery({ node }) {
    lengths.push(JSON.stringify(node).length);
    return node;
  },
  transformResult: ({ result }) => Promise.resolve(result),
});

/** Decides moves as one command. @returns the working set after them, with all tasks of the person */
async function decideMoves(
  trx: Transaction<Tables>,
  moves: Move[],
  lengths: number[] = [],
): Promise<WorkingSet> {
  const tasks = new WorkingSet(trx, ada.id);
  await tasks.load(ids);
  const places = createPlaces(trx.withPlugin(measuring(lengths)), tasks);
  for (const { id, ...place } of moves) {
    const task = await tasks.find(id);
    assert.ok(task);
    await placeTask({ tasks, places, task, patch: {}, now: new Date(), zones: noZones }, place);
  }
  return tasks;
}

/** The rows of tasks that one command with these moves reads, apart from the tasks themselves, and the lengths of the queries for that. */
async function readsOf(moves: Move[]): Promise<{ rows: number; lengths: number[] }> {
  const lengths: number[] = [];
  const work = (trx: Transaction<Tables>) => decideMoves(trx, moves, lengths);
  return { rows: (await rowsReadBy(database, 'todo_service.tasks', work)) - count, lengths };
}

const shapes: Record<string, (n: number) => Move> = {
  'each behind the first task, from the next one on': (n) => ({ id: at(n + 1), after: at(0) }),
  'each before the last task, from the one before it on': (n) => ({
    id: at(count - n - 2),
    before: at(count - 1),
  }),
  'each behind the one that was moved before it': (n) => ({ id: at(n + 1), after: at(n) }),
  'each to the end, and the next one behind the first task': (n) =>
    n % 2 === 0 ? { id: at(n + 1), after: at(count - 1) } : { id: at(n + 1), after: at(0) },
  'each across half of the list': (n) => ({ id: at(n), after: at(n + count / 2) }),
};

for (const [name, moveOf] of Object.entries(shapes))
  test(`a move costs the same, whatever the command did before: ${name}`, async () => {
    for (const length of [1, 100, 499]) {
      const { rows, lengths } = await readsOf(Array.from({ length }, (_, n) => moveOf(n)));
      // A query reads eight tasks of the order, and each task that has moved away is passed once.
      assert.ok(rows <= length * 10, `${rows} rows by ${length} moves`);
      assert.ok(lengths.length <= length * 1.2, `${lengths.length} queries by ${length} moves`);
      assert.ok(Math.max(0, ...lengths) < 3_000, `a query of ${Math.max(...lengths)} characters`);
    }
  });

test('any moves of one command give the order that a list in memory has', async () => {
  // Near each other, so that they meet the ends of what is known.
  const index = fc.nat({ max: 60 });
  const moves = fc.array(
    fc.record({ moved: index, neighbour: index, side: fc.constantFrom('after' as const, 'before' as const) }),
    { minLength: 1, maxLength: 120 },
  );
  await fc.assert(
    fc.asyncProperty(moves, async (given) => {
      const order = [...ids];
      const wanted = given.filter(({ moved, neighbour }) => moved !== neighbour);
      for (const { moved, neighbour, side } of wanted) {
        order.splice(order.indexOf(at(moved)), 1);
        order.splice(order.indexOf(at(neighbour)) + (side === 'after' ? 1 : 0), 0, at(moved));
      }
      await rowsReadBy(database, 'todo_service.tasks', async (trx) => {
        const tasks = await decideMoves(
          trx,
          wanted.map(({ moved, neighbour, side }) => ({ id: at(moved), [side]: at(neighbour) })),
        );
        const ranks = new Map<string, string>();
        for (const id of ids) ranks.set(id, (await tasks.find(id))?.rank ?? '');
        const placed = ids.toSorted((one, other) => {
          const [left, right] = [`${ranks.get(one)} ${one}`, `${ranks.get(other)} ${other}`];
          return left < right ? -1 : 1;
        });
        assert.deepEqual(placed, order);
      });
    }),
    { numRuns: 60 },
  );
});
