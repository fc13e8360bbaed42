import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock, uuid7Ids } from '@rondo/shared/clock';
import type { Task } from '@rondo/shared/contracts/task';
import { openDatabase } from '@rondo/shared/database/database';
import { createTestDatabase } from '@rondo/shared/test/database';
import type { PendingChange } from '../../src/store/persist.ts';
import { decide, decideCreation } from '../../src/domain/task.ts';
import { derivedColumns } from '../../src/store/derived-columns.ts';
import { numbered } from '../../src/store/numbered.ts';
import type { Tables } from '../../src/store/tables.ts';
import { WriteQueue } from '../../src/store/write-queue.ts';

const migrations = [{ schema: 'todo_service', directory: `${import.meta.dirname}/../../migrations` }];
const { url } = await createTestDatabase({ after }, { migrations });
const database = openDatabase<Tables>(url, 'write queue test', 4);
after(() => database.destroy());

function creation(workspaceId: string, title: string, more: Partial<PendingChange> = {}): PendingChange {
  const id = uuid7Ids.next();
  const change = decideCreation({ id, workspace_id: workspaceId, draft: { title } }, systemClock.now());
  return {
    ...change,
    event_id: uuid7Ids.next(),
    actor_id: workspaceId,
    actor_source: 'api',
    command_id: uuid7Ids.next(),
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    time_zone: null,
    taskJson: JSON.stringify(change.after),
    columns: derivedColumns(change.after),
    ...more,
  };
}

test('a caller may submit its next change as soon as the previous one is written', async () => {
  await using writes = new WriteQueue(database, () => undefined);
  const workspace = uuid7Ids.next();
  const seqs: (number | undefined)[] = [];
  for (const title of ['one', 'two', 'three'])
    seqs.push((await writes.submit(creation(workspace, title)))?.seq);
  assert.deepEqual(seqs, [1, 2, 3]);
});

test('concurrent changes share statements, and the seqs and numbers of each workspace have no gap', async () => {
  let statements = 0;
  await using writes = new WriteQueue(database, () => (statements += 1));
  const workspaces = [uuid7Ids.next(), uuid7Ids.next(), uuid7Ids.next()];
  const written = await Promise.all(
    workspaces.flatMap((workspace) =>
      Array.from({ length: 150 }, (_, n) => writes.submit(creation(workspace, `t${n}`))),
    ),
  );
  for (const [index] of workspaces.entries()) {
    const own = written.slice(index * 150, (index + 1) * 150);
    assert.deepEqual(
      own.map((one) => [one?.seq, one?.number]),
      Array.from({ length: 150 }, (_, n) => [n + 1, n + 1]),
    );
  }
  assert.equal(statements, 3, '450 changes, at most 200 a statement');
});

test('its pressure grows with the changes that arrive together, and ends with them', async () => {
  const highest = async (callers: number) => {
    await using writes = new WriteQueue(database, () => undefined);
    const pressures = [writes.pressure];
    const workspace = uuid7Ids.next();
    const write = async () => {
      for (let n = 0; n < 30; n += 1) {
        await writes.submit(creation(workspace, `t${n}`));
        pressures.push(writes.pressure);
      }
    };
    await Promise.all(Array.from({ length: callers }, write));
    await writes.submit(creation(workspace, 'the last'));
    assert.deepEqual([pressures[0], writes.pressure], [0, 0]);
    return Math.max(...pressures);
  };
  const [one, eight, many] = [await highest(1), await highest(8), await highest(100)];
  assert.equal(one, 0);
  assert.ok(eight > 0 && eight < 1, String(eight));
  assert.equal(many, 1);
});

test('several queues, one per replica, give each workspace one order, and numbers, without gaps', async () => {
  await using one = new WriteQueue(database, () => undefined);
  await using other = new WriteQueue(database, () => undefined);
  const workspaces = [uuid7Ids.next(), uuid7Ids.next()];
  const written = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      (n % 2 ? one : other).submit(creation(workspaces[n % 4 < 2 ? 0 : 1] ?? '', `t${n}`)),
    ),
  );
  const inOrder = (side: number) =>
    written
      .filter((_, n) => (n % 4 < 2 ? 0 : 1) === side)
      .map((one) => [one?.seq, one?.number])
      .toSorted(([left], [right]) => Number(left) - Number(right));
  for (const side of [0, 1])
    assert.deepEqual(
      inOrder(side),
      Array.from({ length: 100 }, (_, n) => [n + 1, n + 1]),
    );
});

test('of two replicas that create a task with one id at the same time, one writes, and no number is used up', async () => {
  await using one = new WriteQueue(database, () => undefined);
  await using other = new WriteQueue(database, () => undefined);
  const workspace = uuid7Ids.next();
  for (let n = 1; n <= 40; n += 1) {
    const first = creation(workspace, 'one');
    const second = { ...first, event_id: uuid7Ids.next() };
    const written = await Promise.all([one.submit(first), other.submit(second)]);
    assert.deepEqual(
      written.flatMap((found) => found ?? []).map(({ seq, number }) => [seq, number]),
      [[n, n]],
    );
  }
});

test('the stored task, its event and its columns have the number and the rank', async () => {
  await using writes = new WriteQueue(database, () => undefined);
  const workspace = uuid7Ids.next();
  const stored = async (id: string) => {
    const [row] = await database
      .selectFrom('todo_service.tasks')
      .innerJoin('todo_service.events', 'task_id', 'id')
      .select(['task', 'payload', 'number', 'rank'])
      .where('id', '=', id)
      .execute();
    assert.ok(row);
    assert.equal(row.task, row.payload);
    return { ...row, task: JSON.parse(row.task) as Task };
  };
  for (const rank of [undefined, 'e00001V', undefined]) {
    const plain = creation(workspace, 'placed');
    const after = rank === undefined ? plain.after : { ...plain.after, rank };
    const change = { ...plain, after, taskJson: JSON.stringify(after) };
    const { number = null } = (await writes.submit(change)) ?? {};
    const { task, ...columns } = await stored(after.id);
    assert.deepEqual(task, numbered(change, number).task);
    assert.deepEqual([columns.number, columns.rank], [task.number, task.rank]);
    assert.equal(columns.payload, numbered(change, number).json);
  }
});

test('a change that can not be written fails only itself', async () => {
  await using writes = new WriteQueue(database, () => undefined);
  const workspace = uuid7Ids.next();
  const results = await Promise.allSettled([
    writes.submit(creation(workspace, 'before')),
    writes.submit(creation(workspace, 'broken', { taskJson: '{' })),
    writes.submit(creation(workspace, 'after')),
  ]);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value?.seq : 'failed')),
    [1, 'failed', 2],
  );
});

test('of two changes from the same version, the first is written and the second is refused', async () => {
  await using writes = new WriteQueue(database, () => undefined);
  const first = creation(uuid7Ids.next(), 'one');
  await writes.submit(first);
  const renamed = (title: string): PendingChange => {
    const change = decide(first.after, { kind: 'patch', patch: { title } }, systemClock.now());
    assert.ok(change);
    return { ...first, ...change, event_id: uuid7Ids.next(), taskJson: JSON.stringify(change.after) };
  };
  const written = await Promise.all([writes.submit(renamed('two')), writes.submit(renamed('three'))]);
  assert.deepEqual(
    written.map((one) => one?.seq),
    [2, undefined],
  );
});

test('disposal waits until every submitted change is written', async () => {
  const writes = new WriteQueue(database, () => undefined);
  const workspace = uuid7Ids.next();
  const submitted = Array.from({ length: 300 }, (_, n) => writes.submit(creation(workspace, `t${n}`)));
  await writes[Symbol.asyncDispose]();
  const head = await database
    .selectFrom('todo_service.workspaces')
    .select(['seq', 'pending'])
    .where('id', '=', workspace)
    .executeTakeFirst();
  assert.deepEqual(head, { seq: 300, pending: 300 });
  assert.equal((await Promise.all(submitted)).length, 300);
});
