import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideCreation } from '../../src/domain/task.ts';
import { derivedColumns } from '../../src/store/derived-columns.ts';
import { takeBatch, type Waiting, type WaitingByWorkspace } from '../../src/store/fair-batch.ts';

const workspaces = ['a', 'b', 'c', 'd'];

function waiting(workspaceId: string, id: string, length = 10): Waiting {
  const change = decideCreation(
    { id, workspace_id: workspaceId, draft: { title: id } },
    new Date('2027-01-01T00:00:00Z'),
  );
  return {
    change: {
      ...change,
      event_id: id,
      actor_id: workspaceId,
      actor_source: 'api',
      command_id: id,
      traceparent: '',
      time_zone: null,
      taskJson: 'x'.repeat(length),
      columns: derivedColumns(change.after),
    },
    resolve: () => undefined,
    reject: () => undefined,
  };
}

function queuesOf(all: { workspace: string; id: string; length?: number }[]): WaitingByWorkspace {
  const queues: WaitingByWorkspace = new Map();
  for (const { workspace, id, length } of all)
    queues.set(workspace, [...(queues.get(workspace) ?? []), waiting(workspace, id, length)]);
  return queues;
}

const idsOf = (batch: Waiting[]) =>
  batch.map(({ change }) => `${change.after.workspace_id}${change.after.id}`);

test('while one workspace floods, the next batch has a change of each other one', () => {
  const flood = fc.integer({ min: 1, max: 3_000 });
  const others = fc.uniqueArray(fc.constantFrom('b', 'c', 'd'), { minLength: 1 });
  const length = fc.constantFrom(10, 20_000, 190_000);
  fc.assert(
    fc.property(flood, others, length, (count, names, size) => {
      const queues = queuesOf([
        ...Array.from({ length: count }, (_, n) => ({ workspace: 'a', id: String(n), length: size })),
        ...names.map((workspace) => ({ workspace, id: '1' })),
      ]);
      const batch = new Set(idsOf(takeBatch(queues)));
      for (const name of names) assert.ok(batch.has(`${name}1`), name);
      assert.ok(batch.size <= 200);
    }),
    { numRuns: 30 },
  );
});

test('each change is taken once, in the order of its task; a batch has a task once and at most 1 MiB', () => {
  const item = fc.record({
    workspace: fc.constantFrom(...workspaces),
    id: fc.integer({ min: 0, max: 30 }).map(String),
    length: fc.constantFrom(10, 100_000, 190_000),
  });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 400 }), (items) => {
      const queues = queuesOf(items);
      const all = [...queues.values()].flat();
      const taken: Waiting[] = [];
      while (queues.size > 0) {
        const batch = takeBatch(queues);
        assert.ok(batch.length > 0, 'a batch is never empty while something waits');
        assert.equal(new Set(idsOf(batch)).size, batch.length);
        const length = batch.reduce((sum, { change }) => sum + change.taskJson.length, 0);
        assert.ok(batch.length === 1 || length <= 1024 * 1024, `${length}`);
        taken.push(...batch);
      }
      assert.equal(taken.length, all.length);
      const orderOf = (list: Waiting[], id: string) => list.filter((one) => idsOf([one])[0] === id);
      for (const id of new Set(idsOf(all))) assert.deepEqual(orderOf(taken, id), orderOf(all, id));
    }),
    { numRuns: 60 },
  );
});

test('a workspace that found no place is the first of the next batch', () => {
  const queues = queuesOf(
    Array.from({ length: 450 }, (_, n) => ({ workspace: `w${n % 225}`, id: String(Math.floor(n / 225)) })),
  );
  assert.equal(takeBatch(queues).length, 200);
  const second = takeBatch(queues);
  assert.deepEqual(
    idsOf(second).slice(0, 25),
    Array.from({ length: 25 }, (_, n) => `w${200 + n}0`),
  );
});

test('a workspace that is held back keeps its changes', () => {
  const queues = queuesOf([
    { workspace: 'a', id: '1' },
    { workspace: 'b', id: '1' },
  ]);
  assert.deepEqual(idsOf(takeBatch(queues, (workspace) => workspace === 'a')), ['b1']);
  assert.deepEqual(idsOf(takeBatch(queues)), ['a1']);
});
