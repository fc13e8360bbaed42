import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock, uuid7Ids } from '@rondo/shared/clock';
import { openDatabase } from '@rondo/shared/database/database';
import { createTestDatabase } from '@rondo/shared/test/database';
import type { PendingChange } from '../../src/store/persist.ts';
import { decide, decideCreation } from '../../src/domain/task.ts';
import { derivedColumns } from '../../src/store/derived-columns.ts';
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
  for (const title of ['one', 'two', 'three']) seqs.push(await writes.submit(creation(workspace, title)));
  assert.deepEqual(seqs, [1, 2, 3]);
});

test('concurrent changes share statements, and the seqs of each workspace have no gap', async () => {
  let statements = 0;
  await using writes = new WriteQueue(database, () => (statements += 1));
  const workspaces = [uuid7Ids.next(), uuid7Ids.next(), uuid7Ids.next()];
  const seqs = await Promise.all(
    workspaces.flatMap((workspace) =>
      Array.from({ length: 150 }, (_, n) => writes.submit(creation(workspace, `t${n}`))),
    ),
  );
  for (const [index] of workspaces.entries()) {
    const own = seqs.slice(index * 150, (index + 1) * 150);
    assert.deepEqual(
      own,
      Array.from({ length: 150 }, (_, n) => n + 1),
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

test('several queues, one per replica, give each workspace one order without gaps', async () => {
  await using one = new WriteQueue(database, () => undefined);
  await using other = new WriteQueue(database, () => undefined);
  const workspaces = [uuid7Ids.next(), uuid7Ids.next()];
  const seqs = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      (n % 2 ? one : other).submit(creation(workspaces[n % 4 < 2 ? 0 : 1] ?? '', `t${n}`)),
    ),
  );
  const inOrder = (side: number) =>
    seqs
      .filter((_, n) => (n % 4 < 2 ? 0 : 1) === side)
      .toSorted((left, right) => Number(left) - Number(right));
  for (const side of [0, 1])
    assert.deepEqual(
      inOrder(side),
      Array.from({ length: 100 }, (_, n) => n + 1),
    );
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
    results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
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
  assert.deepEqual(await Promise.all([writes.submit(renamed('two')), writes.submit(renamed('three'))]), [
    2,
    undefined,
  ]);
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
