/** What an undo reads doesn't grow with the versions of its tasks: a task can have a hundred thousand. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Transaction } from 'kysely';
import { v7 } from 'uuid';
import { query } from '@rondo/postgres/test/query';
import { openDatabase } from '@rondo/shared/database/database';
import { rowsReadBy } from '@rondo/shared/test/rows-read';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import type { CommandContext } from '../../src/context.ts';
import { service as todoService } from '../../src/service.ts';
import { countImportEvents, findImport, readImportEvents } from '../../src/store/import-events.ts';
import type { Tables } from '../../src/store/tables.ts';
import { findUndoTarget, type UndoRequest } from '../../src/store/undo-target.ts';
import { WorkingSet } from '../../src/store/working-set.ts';
import { seedVersions } from '../support/seed-events.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const database = openDatabase<Tables>(url, 'undo bounds', 1);
after(() => database.destroy());

const versions = 20_000;
const perCommand = 500;

const setVersion = (taskId: string, version: number) =>
  query(
    url,
    `UPDATE todo_service.tasks SET version = $2::bigint, task = jsonb_set(task::jsonb, '{version}', to_jsonb($2::bigint))::json WHERE id = $1`,
    [taskId, version],
  );

/** A task whose versions are of one turn, in commands of 500 patches. */
async function seedTurn(ada: TestPerson): Promise<{ taskId: string; turnId: string; commandIds: string[] }> {
  const taskId = await seedVersions(url, ada.id, { count: versions, description: '', changed: ['priority'] });
  await setVersion(taskId, versions);
  const turnId = v7();
  const commandIds = Array.from({ length: versions / perCommand }, () => v7());
  await query(
    url,
    `UPDATE todo_service.events SET turn_id = $2, command_id = ($3::uuid[])[1 + (seq - 1) / $4::int], occurred_at = now()
     WHERE workspace_id = $1`,
    [ada.id, turnId, commandIds, perCommand],
  );
  return { taskId, turnId, commandIds };
}

const undo = async (ada: TestPerson, request: UndoRequest) => {
  const { status, body } = await ada.call<{ code?: string; errors?: { field: string }[] }>(
    'POST',
    '/api/v1/undo',
    request,
  );
  return { status, code: body.code, fields: body.errors?.map(({ field }) => field) };
};

const conflictOf = (taskId: string) => ({ status: 409, code: 'undo-conflict', fields: [`tasks/${taskId}`] });

const eventsReadBy = (work: (trx: Transaction<Tables>) => Promise<unknown>) =>
  rowsReadBy(database, 'todo_service.events', work);

const commandOf = ({ id }: TestPerson) =>
  ({ identity: { personId: id, workspaceId: id, source: 'api' }, trace: {} }) as CommandContext;

test('a turn with more changes than a command may have is refused, without a look at each version for each', async () => {
  const ada = await person();
  const { turnId } = await seedTurn(ada);
  assert.deepEqual(await undo(ada, { turn_id: turnId }), {
    status: 422,
    code: 'command-too-large',
    fields: undefined,
  });
  const read = await eventsReadBy((trx) =>
    findUndoTarget(trx, commandOf(ada), { turn_id: turnId }, new Date()).catch(() => undefined),
  );
  assert.ok(read < 4 * versions, `${read} rows`);
});

test('a command on a task that has changed thousands of times since is a conflict', async () => {
  const ada = await person();
  const { taskId, commandIds } = await seedTurn(ada);
  const first = { command_id: commandIds[0] as string };
  assert.deepEqual(await undo(ada, first), conflictOf(taskId));
  const read = await eventsReadBy((trx) => findUndoTarget(trx, commandOf(ada), first, new Date()));
  assert.ok(read < 4 * perCommand, `${read} rows`);
});

test('changes that are undone do not stand in the way, as long as they are not too many', async () => {
  const ada = await person();
  const { taskId, commandIds } = await seedTurn(ada);
  // A command, the one to undo, and then pairs of a command and its undo.
  await query(
    url,
    `UPDATE todo_service.events SET turn_id = NULL,
       undoes = CASE WHEN command_id = ($2::uuid[])[4 + 2 * ((seq - 1500) / 1000)] THEN ($2::uuid[])[3 + 2 * ((seq - 1500) / 1000)] END
     WHERE workspace_id = $1`,
    [ada.id, commandIds],
  );
  const second = { command_id: commandIds[1] as string };
  await setVersion(taskId, 30_000);
  assert.deepEqual(await undo(ada, second), conflictOf(taskId), 'too many to look at');
  await setVersion(taskId, versions);
  assert.equal((await undo(ada, second)).status, 200);
});

test('the last version of a task that is gone is found by one look', async () => {
  const ada = await person();
  const { taskId } = await seedTurn(ada);
  await query(url, 'DELETE FROM todo_service.tasks WHERE id = $1', [taskId]);
  const read = await eventsReadBy(async (trx) => {
    assert.equal(await new WorkingSet(trx, ada.id).purgedAtVersion(taskId), versions);
  });
  assert.ok(read <= 1, `${read} rows`);
});

test('an import is undone without a look at each later version of its tasks, which have changed then', async () => {
  const ada = await person();
  const { turnId: importId } = await seedTurn(ada);
  await query(url, `UPDATE todo_service.events SET turn_id = NULL WHERE workspace_id = $1`, [ada.id]);
  await query(url, `UPDATE todo_service.events SET command_id = $2 WHERE workspace_id = $1 AND seq <= 10`, [
    ada.id,
    importId,
  ]);
  // The later ones are undos: none of them stands.
  await query(url, `UPDATE todo_service.events SET undoes = $2 WHERE workspace_id = $1 AND seq > 10`, [
    ada.id,
    v7(),
  ]);
  await query(
    url,
    `INSERT INTO todo_service.imports (id, workspace_id, person_id, format, created_at, tasks, after_seq)
     VALUES ($1, $2, $2, 'calendar', now(), 1, 0)`,
    [importId, ada.id],
  );
  const read = await eventsReadBy(async (trx) => {
    const made = await findImport(trx, ada.id, importId);
    assert.ok(made);
    assert.equal(await countImportEvents(trx, made, Number.MAX_SAFE_INTEGER), 10);
    const events = await readImportEvents(trx, made, { before: Number.MAX_SAFE_INTEGER, limit: 500 });
    assert.deepEqual(
      events.map(({ hasChanged }) => hasChanged),
      Array.from({ length: 10 }, () => true),
    );
  });
  assert.ok(read < 10 * 150, `${read} rows`);
});
