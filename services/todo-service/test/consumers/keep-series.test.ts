import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '@rondo/shared/database/database';
import { SeriesEvent } from '@rondo/shared/contracts/series-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { openPool } from '@rondo/postgres/open-pool';
import { v7 } from 'uuid';
import { service as todoService } from '../../src/service.ts';
import { pruneSeries } from '../../src/store/prune-series.ts';
import type { Tables } from '../../src/store/tables.ts';

const { person, service, deliver, database_url } = await startTestService({ after }, todoService);
const pool = openPool(database_url, 'series test', 1);
after(() => pool.end());

const [example] = (SeriesEvent as unknown as { examples: SeriesEvent[] }).examples;
const send = (who: TestPerson, ...changes: Partial<SeriesEvent>[]) =>
  deliver(
    'series-events',
    changes.map((change) => {
      const data = { ...example, event_id: v7(), workspace_id: who.id, ...change };
      return { specversion: '1.0', id: data.event_id, topic: 'series-events', data };
    }),
  );
const stored = async (who: TestPerson) =>
  (
    await pool.query<{ version: number; rule: string }>(
      "SELECT version, state ->> 'rule' AS rule FROM todo_service.series WHERE workspace_id = $1 ORDER BY id",
      [who.id],
    )
  ).rows;

test('the highest version of a series is kept, in any order', async () => {
  const ada = await person();
  await send(ada, { version: 2, rule: 'FREQ=DAILY' }, { version: 1, rule: 'FREQ=WEEKLY' });
  await send(ada, { version: 2, rule: 'FREQ=YEARLY' });
  assert.deepEqual(await stored(ada), [{ version: 2, rule: 'FREQ=DAILY' }]);
  await send(ada, { version: 3, rule: 'FREQ=WEEKLY' }, { series_id: v7() });
  assert.deepEqual(
    (await stored(ada)).map(({ version }) => version).toSorted((a, b) => a - b),
    [1, 3],
  );
});

test('a change of a series moves the ETag of the feed; an older one does not', async () => {
  const [ada, bob] = [await person(), await person()];
  const pathOf = async (who: TestPerson) =>
    (await who.call<{ path: string }>('POST', '/api/v1/calendar-feed')).body.path;
  const etagAt = async (path: string) => (await fetch(`${service.url}${path}`)).headers.get('etag');
  const [path, other] = [await pathOf(ada), await pathOf(bob)];
  const before = [await etagAt(path), await etagAt(other)];
  await send(ada, { version: 2 });
  const changed = await etagAt(path);
  assert.notEqual(changed, before[0]);
  assert.equal(await etagAt(other), before[1]);
  await send(ada, { version: 1 });
  assert.equal(await etagAt(path), changed);
});

test('an ended series is deleted when its last task is purged; others stay', async () => {
  const ada = await person();
  const created = async () =>
    (await ada.call<{ id: string }>('POST', '/api/v1/tasks', { title: 't' })).body.id;
  const [kept, purged] = [await created(), await created()];
  const successor = v7();
  await send(
    ada,
    ...[kept, purged].map((id) => ({ series_id: id, current_task_id: id, ended_reason: 'count' as const })),
    { series_id: successor, current_task_id: successor, ended_reason: null },
  );
  const database = openDatabase<Tables>(database_url, 'tests', 1);
  const { deleteBatch } = pruneSeries(database);
  const left = async () =>
    (
      await pool.query<{ id: string }>('SELECT id FROM todo_service.series WHERE workspace_id = $1', [ada.id])
    ).rows
      .map(({ id }) => id)
      .toSorted();
  await ada.call('DELETE', `/api/v1/tasks/${purged}`);
  assert.equal(await deleteBatch('', 1), 0, 'a task in the trash may come back');
  await ada.call('DELETE', '/api/v1/trash');
  assert.deepEqual([await deleteBatch('', 1), await deleteBatch('', 1)], [1, 0]);
  assert.deepEqual(await left(), [kept, successor].toSorted());
  await database.destroy();
});
