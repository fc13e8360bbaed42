import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import type { SchedulePage } from '@rondo/shared/contracts/schedule';
import { startTestService } from '@rondo/shared/test/service';
import { service as recurringTaskService } from '../../../src/service.ts';

test('a page of schedules ends at 1 MiB; the next offset follows from what came', async (t) => {
  const { person, database_url: databaseUrl } = await startTestService(t, recurringTaskService);
  const ada = await person();
  await query(
    databaseUrl,
    `INSERT INTO recurring_task_service.series (workspace_id, id, title, rule, anchor, exdates, rdates, basis, current_task_id,
                                                created_at, updated_at)
     SELECT $1, gen_random_uuid(), 'many', 'FREQ=DAILY', '2027-01-01T09:00:00', dates, dates, 'due', gen_random_uuid(),
            now() - n * interval '1 minute', now()
     FROM generate_series(1, 100) AS n, (
       SELECT json_agg(to_char(timestamp '2027-01-01' + day * interval '1 day', 'YYYY-MM-DD"T"09:00:00')) AS dates
       FROM generate_series(1, 366) AS day
     ) given`,
    [ada.id],
  );
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let total = 1; ids.length < total;) {
    const { status, body } = await ada.call<SchedulePage>(
      'GET',
      `/api/v1/schedules?limit=100&offset=${ids.length}`,
    );
    assert.equal(status, 200);
    assert.ok(Buffer.byteLength(JSON.stringify(body)) <= 1024 * 1024);
    total = body.total;
    sizes.push(body.schedules.length);
    ids.push(...body.schedules.map(({ id }) => id));
  }
  assert.ok(sizes.length > 1 && sizes.every((size) => size > 0), String(sizes));
  assert.equal(new Set(ids).size, 100);
});

test('schedules are filtered by is_active and status, and have the fields that follow from their rule', async (t) => {
  const { person, database_url: databaseUrl } = await startTestService(t, recurringTaskService);
  const ada = await person();
  await query(
    databaseUrl,
    `INSERT INTO recurring_task_service.series (workspace_id, id, title, rule, anchor, basis, current_task_id, is_paused,
                                                ended_reason, next_occurrences, created_at, updated_at)
     SELECT $1, gen_random_uuid(), title, 'FREQ=MONTHLY;INTERVAL=3', '2027-01-01T09:00:00', 'due', gen_random_uuid(), is_paused,
            ended_reason, dates::json, now(), now()
     FROM (VALUES ('active', false, NULL, '["2027-04-01T09:00:00Z","2027-07-01T09:00:00Z"]'), ('paused', true, NULL, '[]'),
                  ('ended', false, 'stopped', '[]')) AS given (title, is_paused, ended_reason, dates)`,
    [ada.id],
  );
  const found = async (filter: string) => {
    const { body } = await ada.call<SchedulePage>('GET', `/api/v1/schedules?${filter}`);
    assert.equal(body.total, body.schedules.length, filter);
    for (const {
      title,
      status,
      is_active: isActive,
      id,
      parent_task_id: parent,
      frequency,
    } of body.schedules)
      assert.deepEqual([status, isActive, parent, frequency], [title, title === 'active', id, 'monthly']);
    return body.schedules.map(({ title }) => title).toSorted();
  };
  assert.deepEqual(await found(''), ['active', 'ended', 'paused']);
  assert.deepEqual(await found('is_active=true'), ['active']);
  assert.deepEqual(await found('is_active=false'), ['ended', 'paused']);
  assert.deepEqual(await found('is_active=false&status=paused'), ['paused']);
  assert.deepEqual(await found('is_active=true&status=ended'), []);
  const { schedules } = (await ada.call<SchedulePage>('GET', '/api/v1/schedules')).body;
  const next = Object.fromEntries(schedules.map(({ title, next_due_date: date }) => [title, date]));
  assert.deepEqual(next, { active: '2027-04-01T09:00:00Z', ended: null, paused: null });
});
