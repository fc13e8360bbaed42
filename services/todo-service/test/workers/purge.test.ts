import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { uuid7Ids } from '@rondo/shared/clock';
import { openDatabase } from '@rondo/shared/database/database';
import { createLog } from '@rondo/shared/observability/log';
import { createMetrics } from '@rondo/shared/observability/metrics';
import { createRetentionWorker } from '@rondo/shared/workers/retention';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import type { Tables } from '../../src/store/tables.ts';
import { createPurge } from '../../src/workers/purge.ts';
import { retentions } from '../../src/workers/retentions.ts';
import { WriteQueue } from '../../src/store/write-queue.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

const { person, sidecar, database_url: databaseUrl } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(databaseUrl, 'purge test', 2);
const writes = new WriteQueue(database, () => undefined);
after(async () => {
  await writes[Symbol.asyncDispose]();
  await database.destroy();
});

/** Purges as if time had passed. */
async function purgeAfter(ms: number): Promise<void> {
  const clock = { now: () => new Date(Date.now() + ms) };
  const log = createLog('purge', 'silent');
  const ctx = { database, reads: database, writes, clock, ids: uuid7Ids, log };
  await createPurge(ctx).processAll();
  const metrics = createMetrics('purge');
  await createRetentionWorker(retentions(ctx, { eventDays: 90 }), { clock, log, metrics }).processAll();
}

async function isPublished(workspaceId: string): Promise<boolean> {
  const { count } = await database
    .selectFrom('todo_service.outbox')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return count === 0;
}

test('a task is purged after 30 days in the trash, with an event; younger and live ones stay', async () => {
  const ada = await person();
  const create = async (title: string) => (await ada.call<Task>('POST', '/api/v1/tasks', { title })).body;
  const deleted = await create('deleted');
  const kept = await create('kept');
  await ada.call('DELETE', `/api/v1/tasks/${deleted.id}`);

  await purgeAfter(30 * dayMs - hourMs);
  assert.equal((await ada.call('GET', `/api/v1/tasks/${deleted.id}`)).status, 200);

  await purgeAfter(30 * dayMs + hourMs);
  assert.equal((await ada.call('GET', `/api/v1/tasks/${deleted.id}`)).status, 404);
  assert.equal((await ada.call('GET', `/api/v1/tasks/${kept.id}`)).status, 200);
  const { changes } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body;
  const last = changes.at(-1);
  assert.deepEqual(
    [last?.event_type, last?.task_id, last?.version, last?.seq],
    ['task-purged', deleted.id, 3, 4],
  );
  const trash = await ada.call<{ total: number }>('GET', '/api/v1/tasks?trash=true');
  assert.equal(trash.body.total, 0);
});

test("a task that can not be purged keeps no one else's in the trash", async () => {
  const [first, second] = [await person(), await person()].toSorted((one, other) =>
    one.id < other.id ? -1 : 1,
  );
  assert.ok(first && second);
  const trashed = async (owner: TestPerson) => {
    const { body } = await owner.call<Task>('POST', '/api/v1/tasks', { title: 'trash' });
    await owner.call('DELETE', `/api/v1/tasks/${body.id}`);
    return (await owner.call('GET', `/api/v1/tasks/${body.id}`)).status === 200 ? body.id : assert.fail();
  };
  const [kept, expired] = [await trashed(first), await trashed(second)];
  await sql`
    CREATE FUNCTION todo_service.refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not this one'; END $$`.execute(database);
  await sql
    .raw(
      `CREATE TRIGGER refuse_deletion BEFORE DELETE ON todo_service.tasks FOR EACH ROW
       WHEN (old.workspace_id = '${first.id}') EXECUTE FUNCTION todo_service.refuse_deletion()`,
    )
    .execute(database);
  await purgeAfter(31 * dayMs);
  assert.equal((await second.call('GET', `/api/v1/tasks/${expired}`)).status, 404);
  assert.equal((await first.call('GET', `/api/v1/tasks/${kept}`)).status, 200);
  await sql`DROP TRIGGER refuse_deletion ON todo_service.tasks`.execute(database);
  await purgeAfter(31 * dayMs);
  assert.equal((await first.call('GET', `/api/v1/tasks/${kept}`)).status, 404);
});

test('an Idempotency-Key can be reused after 24 h, and not before', async () => {
  const ada = await person();
  const create = (title: string) =>
    ada.call<Task>('POST', '/api/v1/tasks', { title }, { 'idempotency-key': 'once' });
  const first = await create('first');
  await purgeAfter(23 * hourMs);
  assert.equal((await create('second')).status, 422);
  await purgeAfter(25 * hourMs);
  const second = await create('second');
  assert.equal(second.status, 201);
  assert.notEqual(second.body.id, first.body.id);
});

test('the feed is pruned by whole prefixes of published events: before them it is 410, after them complete', async () => {
  const ada = await person();
  for (const title of ['one', 'two']) await ada.call('POST', '/api/v1/tasks', { title });
  await eventually(() => isPublished(ada.id), { what: 'the first events to be published' });
  sidecar.onPublish(() => ({ refuse: () => true }));
  await ada.call('POST', '/api/v1/tasks', { title: 'three' });

  await purgeAfter(91 * dayMs);
  const expired = await ada.call<{ code: string }>('GET', '/api/v1/changes?since=1');
  assert.deepEqual([expired.status, expired.body.code], [410, 'changes-expired']);
  const rest = await ada.call<ChangePage>('GET', '/api/v1/changes?since=2');
  assert.deepEqual(
    [rest.body.changes.map(({ seq }) => seq), rest.body.head],
    [[3], 3],
    'unpublished events are kept at any age',
  );

  sidecar.onPublish(() => 'accept');
  await eventually(() => isPublished(ada.id), { what: 'the kept event to be published' });
  await purgeAfter(91 * dayMs);
  const empty = await ada.call<ChangePage>('GET', '/api/v1/changes?since=3');
  assert.deepEqual([empty.body.changes, empty.body.head], [[], 3], 'the head outlives its events');
});
