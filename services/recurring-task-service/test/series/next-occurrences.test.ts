import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Schedule, SchedulePage, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, pool, startReplica } = await startFollowingService({ after });

const daysFrom = (first: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * 86_400_000).toISOString().slice(0, 10),
  );
const scheduleOf = async (owner: TestPerson): Promise<Schedule> => {
  const { body } = await owner.call<SchedulePage>('GET', '/api/v1/schedules');
  const [schedule] = body.schedules;
  assert.ok(schedule);
  return schedule;
};
const nextOf = async (owner: TestPerson) => (await scheduleOf(owner)).next_occurrences;
const weekly = { recurrence_rule: 'FREQ=WEEKLY', due_date: '2027-03-01', time_zone: 'Europe/Berlin' };

/** A rule that matches on a leap day in some thousand years. */
const tooRare = 'FREQ=SECONDLY;INTERVAL=86399;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=0;BYSECOND=1';

test('a schedule has the dates that were stored when its series changed; a read computes none', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(weekly));
  assert.deepEqual(await nextOf(ada), ['2027-03-08', '2027-03-15', '2027-03-22', '2027-03-29', '2027-04-05']);
  await pool.query(
    `UPDATE recurring_task_service.series SET next_occurrences = '["2031-01-01"]' WHERE workspace_id = $1`,
    [ada.id],
  );
  assert.deepEqual(await nextOf(ada), ['2031-01-01']);
  await send(task.next({ title: 'renamed' }));
  assert.deepEqual(await nextOf(ada), ['2031-01-01']);
  await send(task.next({ recurrence_rule: 'FREQ=WEEKLY;COUNT=2' }));
  assert.deepEqual(await nextOf(ada), ['2027-03-08']);
});

test('the dates follow the current task, and end with the series', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(weekly), task.next(completeAt('2027-03-01T10:00:00.000Z')));
  assert.deepEqual((await nextOf(ada))[0], '2027-03-15');
  await send(task.next({ status: 'pending', completed_at: null }));
  assert.deepEqual((await nextOf(ada))[0], '2027-03-08');
  await send(task.next({ recurrence_rule: null }));
  assert.deepEqual(await nextOf(ada), []);
});

test('366 excluded days of a series that repeats each second cost nothing', async () => {
  const ada = await person();
  const due = { due_date: '2026-11-28T00:00:00Z', time_zone: null };
  await send(testTask(ada).next({ ...due, recurrence_rule: 'FREQ=SECONDLY' }));
  const { id } = await scheduleOf(ada);
  const exdates = daysFrom('2026-11-28', 366);
  const { status, body } = await ada.call<ScheduleWithHistory>('PATCH', `/api/v1/schedules/${id}`, {
    exdates,
  });
  assert.deepEqual([status, body.next_occurrences[0]], [200, '2027-11-29T00:00:00Z']);
  assert.equal((await nextOf(ada)).length, 5);
});

test('a preview, an edit and a setting are refused if the dates take too many steps', async () => {
  const ada = await person();
  const due_date = '2026-11-28T00:00:01Z';
  await send(testTask(ada).next({ recurrence_rule: 'FREQ=SECONDLY;COUNT=900000', due_date }));
  const { id } = await scheduleOf(ada);
  const path = `/api/v1/schedules/${id}`;
  const refused = async (method: string, to: string, body: object) => {
    const answer = await ada.call<{ code: string; errors: { field: string }[] }>(method, to, body);
    return [answer.status, answer.body.code, answer.body.errors[0]?.field];
  };
  const expected = [422, 'invalid-rule', 'rule'];
  assert.deepEqual(
    await refused('POST', '/api/v1/schedules/preview', { rule: tooRare, anchor: due_date }),
    expected,
  );
  assert.deepEqual(await refused('POST', `${path}/edit`, { scope: 'following', rule: tooRare }), expected);
  assert.deepEqual(await refused('PATCH', path, { exdates: daysFrom('2026-11-28', 9) }), expected);
  assert.deepEqual((await nextOf(ada)).length, 5);
});

test('a series whose dates take too many steps has none, and stops no other', async () => {
  const [ada, bob] = [await person(), await person()];
  const due_date = '2026-11-28T00:00:01Z';
  const hostile = testTask(ada);
  const outcomes = await send(
    hostile.next({ recurrence_rule: tooRare, due_date }),
    testTask(bob).next(weekly),
    hostile.next(completeAt('2026-11-28T10:00:00.000Z')),
  );
  assert.deepEqual(outcomes, ['SUCCESS', 'SUCCESS', 'SUCCESS']);
  await eventually(async () => (await scheduleOf(ada)).ended_reason === 'no-date');
  assert.deepEqual((await scheduleOf(ada)).next_occurrences, []);
  assert.equal((await nextOf(bob)).length, 5);
});

test('rows from before the dates were stored show them at once, and get them when a replica starts', async () => {
  const people = await Promise.all(Array.from({ length: 45 }, () => person()));
  await send(...people.map((owner) => testTask(owner).next(weekly)));
  const ids = people.map(({ id }) => id);
  await pool.query(
    'UPDATE recurring_task_service.series SET next_occurrences = NULL WHERE workspace_id = ANY($1)',
    [ids],
  );
  const [first] = people;
  assert.ok(first);
  assert.equal((await nextOf(first)).length, 5);
  await startReplica();
  await eventually(async () => {
    const { rows } = await pool.query<{ n: string }>(
      `SELECT count(*) AS n FROM recurring_task_service.series
       WHERE workspace_id = ANY($1) AND json_array_length(next_occurrences) = 5`,
      [ids],
    );
    return Number(rows[0]?.n) === people.length;
  });
});

test('many series of one workspace that lack their dates hold up no other workspace', async () => {
  const [ada, bob] = [await person(), await person()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  assert.ok(ada && bob);
  await send(...Array.from({ length: 20 }, () => testTask(ada).next(weekly)), testTask(bob).next(weekly));
  await pool.query(
    'UPDATE recurring_task_service.series SET next_occurrences = NULL WHERE workspace_id = ANY($1)',
    [[ada.id, bob.id]],
  );
  const { rows } = await eventually(async () => {
    // The id of the transaction that wrote a row tells the order.
    const found = await pool.query<{ workspace_id: string }>(
      `SELECT workspace_id FROM recurring_task_service.series
       WHERE workspace_id = ANY($1) AND next_occurrences IS NOT NULL ORDER BY xmin::text::bigint, workspace_id DESC`,
      [[ada.id, bob.id]],
    );
    return found.rows.length === 21 && found;
  });
  assert.ok(rows.findIndex(({ workspace_id: id }) => id === bob.id) <= 10);
});

test('a series that counts from completion shows the date that a completion now would give', async () => {
  const ada = await person();
  await send(
    testTask(ada).next({ ...weekly, recurrence_rule: 'FREQ=DAILY', recurrence_basis: 'completion' }),
  );
  const [next] = await nextOf(ada);
  assert.ok(next !== undefined && Date.parse(next) >= Date.now() - 86_400_000);
});

test('many series with hostile rules do not delay a delivery; a worker computes their dates later', async () => {
  const ada = await person();
  const due = { due_date: '2026-11-28T00:00:01Z', time_zone: null };
  const rule = { ...due, recurrence_rule: tooRare };
  const hostile = Array.from({ length: 200 }, () => testTask(ada).next(rule));
  const missing = async () => {
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(*) AS n FROM recurring_task_service.series
       WHERE workspace_id = $1 AND next_occurrences IS NULL`,
      [ada.id],
    );
    return rows[0]?.n ?? 0;
  };
  await send(...hostile);
  const left = await missing();
  assert.ok(left > 100, `${left} of 200 are left to the worker`);
  const usual = testTask(ada);
  await send(usual.next(weekly));
  const { body } = await ada.call<Schedule>('GET', `/api/v1/schedules/${usual.id}`);
  assert.equal(body.next_occurrences.length, 5);
  await eventually(async () => (await missing()) === 0, { timeout_ms: 60_000 });
});
