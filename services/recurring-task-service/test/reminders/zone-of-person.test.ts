import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { v7 } from 'uuid';
import type { SchedulePreview, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, issuer, service, send, deliver, reminders, commands, drained, pool } =
  await startFollowingService({ after });

const allDay: Partial<Task> = { due_date: '2027-03-10', reminders: [{ before: 'PT0S' }] };
const losAngeles = { time_zone: 'America/Los_Angeles' };

const instantsOf = async (id: string, state = 'pending') =>
  (
    await pool.query<{ remind_at: Date | string }>(
      'SELECT remind_at FROM recurring_task_service.reminders WHERE task_id = $1 AND state = $2 ORDER BY remind_at',
      [id, state],
    )
  ).rows.map(({ remind_at: at }) => new Date(at).toISOString());

let updates = 0;

async function setZone(who: TestPerson, zone: string | null, updatedAt?: string): Promise<void> {
  updates += 1;
  const at = updatedAt ?? new Date(Date.UTC(2026, 10, 20) + updates * 1_000).toISOString();
  const data = {
    event_id: v7(),
    event_type: 'settings-changed',
    schema_version: '1.0',
    timestamp: at,
    workspace_id: who.id,
    time_zone: zone,
    updated_at: at,
  };
  const event = { specversion: '1.0', id: data.event_id, topic: 'person-settings', data };
  assert.deepEqual(await deliver('person-settings', [event]), ['SUCCESS']);
}

const replanned = () =>
  eventually(async () => {
    const { rowCount } = await pool.query(
      'SELECT FROM recurring_task_service.people WHERE replan_from IS NOT NULL',
    );
    return rowCount === 0;
  });

describe('an all-day reminder without a zone', () => {
  test("rings at 09:00 of the zone in the person's settings, else in its event, else in UTC", async () => {
    const ada = await person();
    const [byToken, bySettings, unknown] = [testTask(ada), testTask(ada), testTask(ada)];
    await send(unknown.next(allDay), byToken.next(allDay, losAngeles));
    assert.deepEqual(await instantsOf(byToken.id), ['2027-03-10T17:00:00.000Z']);
    assert.deepEqual(await instantsOf(unknown.id), ['2027-03-10T09:00:00.000Z']);
    await setZone(ada, 'Asia/Tokyo');
    await send(bySettings.next(allDay));
    assert.deepEqual(await instantsOf(bySettings.id), ['2027-03-10T00:00:00.000Z']);
  });

  test('a later event with the zone of a token does not replace that of the settings', async () => {
    const ada = await person();
    const task = testTask(ada);
    await send(task.next(allDay, losAngeles));
    await setZone(ada, 'Asia/Tokyo');
    await replanned();
    assert.deepEqual(await instantsOf(task.id), ['2027-03-10T00:00:00.000Z']);
    await send(task.next({ title: 'renamed' }, losAngeles));
    assert.deepEqual(await instantsOf(task.id), ['2027-03-10T00:00:00.000Z']);
  });

  test('a zone of the task comes first, and a time keeps its offset', async () => {
    const ada = await person();
    const [zoned, timed] = [testTask(ada), testTask(ada)];
    await send(
      zoned.next({ ...allDay, time_zone: 'Asia/Tokyo' }, losAngeles),
      timed.next({ due_date: '2027-03-10T09:00:00+01:00', reminders: [{ before: 'P1D' }] }, losAngeles),
    );
    assert.deepEqual(await instantsOf(zoned.id), ['2027-03-10T00:00:00.000Z']);
    assert.deepEqual(await instantsOf(timed.id), ['2027-03-09T08:00:00.000Z']);
  });

  test('a successor has the zone of its occurrence', async () => {
    const ada = await person();
    const task = testTask(ada);
    await send(
      task.next({ ...allDay, recurrence_rule: 'FREQ=WEEKLY' }, losAngeles),
      task.next(completeAt('2027-03-10T18:00:00.000Z'), losAngeles),
    );
    await drained();
    const [command] = commands(ada);
    assert.ok(command?.command_type === 'create-successor');
    const next = testTask(ada, command.task_id);
    await send(
      next.next({
        ...allDay,
        due_date: command.due_date,
        recurrence_rule: 'FREQ=WEEKLY',
        series_id: task.id,
      }),
    );
    assert.deepEqual(await instantsOf(next.id), ['2027-03-17T16:00:00.000Z']);
  });

  test('a zone that this runtime does not know is as none', async () => {
    const ada = await person();
    const task = testTask(ada);
    await send(task.next(allDay, { time_zone: 'Moon/Base' }));
    assert.deepEqual(await instantsOf(task.id), ['2027-03-10T09:00:00.000Z']);
    await setZone(ada, 'Moon/Base');
    await replanned();
    assert.deepEqual(await instantsOf(task.id), ['2027-03-10T09:00:00.000Z']);
  });
});

describe('a change of the zone in the settings', () => {
  test('plans waiting reminders again, in batches, and only those of all-day tasks without a zone', async () => {
    const ada = await person();
    const [waiting, zoned, done] = [testTask(ada), testTask(ada), testTask(ada)];
    await send(
      waiting.next(allDay, { time_zone: 'Europe/Berlin' }),
      zoned.next({ ...allDay, time_zone: 'Asia/Tokyo' }),
      done.next({ ...allDay, ...completeAt('2026-11-01T10:00:00.000Z') }),
    );
    const many = Array.from({ length: 1_100 }, () => testTask(ada));
    for (let start = 0; start < many.length; start += 500)
      await send(...many.slice(start, start + 500).map((task) => task.next(allDay)));
    await setZone(ada, 'America/Los_Angeles');
    await replanned();
    assert.deepEqual(await instantsOf(waiting.id), ['2027-03-10T17:00:00.000Z']);
    assert.deepEqual(await instantsOf(zoned.id), ['2027-03-10T00:00:00.000Z']);
    assert.deepEqual(await instantsOf(done.id), []);
    const { rows } = await pool.query<{ remind_at: string; tasks: string }>(
      `SELECT remind_at, count(*) AS tasks FROM recurring_task_service.reminders
       WHERE workspace_id = $1 AND task_id <> $2 GROUP BY remind_at`,
      [ada.id, zoned.id],
    );
    assert.deepEqual(
      rows.map(({ remind_at: at, tasks }) => [new Date(at).toISOString(), Number(tasks)]),
      [['2027-03-10T17:00:00.000Z', 1_101]],
    );
  });

  test('an older setting changes nothing', async () => {
    const ada = await person();
    const task = testTask(ada);
    await send(task.next(allDay));
    await setZone(ada, 'America/Los_Angeles', '2026-11-20T10:00:00.000Z');
    await setZone(ada, 'Asia/Tokyo', '2026-11-20T09:00:00.000Z');
    await replanned();
    assert.deepEqual(await instantsOf(task.id), ['2027-03-10T17:00:00.000Z']);
  });

  test('what passed in the new zone fires at once, and what fired does not fire again', async () => {
    const ada = await person();
    const [west, fired] = [testTask(ada), testTask(ada)];
    // 09:00 of this day is still to come 12 hours west of Greenwich (21:00 UTC), and is over in Kiritimati (19:00 UTC before it).
    const day = new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 10);
    const today = { ...allDay, due_date: day };
    await send(
      west.next(today, { time_zone: 'Etc/GMT+12' }),
      fired.next(allDay, { time_zone: 'Asia/Tokyo' }),
    );
    assert.equal((await instantsOf(west.id)).length, 1);
    await pool.query(`UPDATE recurring_task_service.reminders SET state = 'fired' WHERE task_id = $1`, [
      fired.id,
    ]);
    await setZone(ada, 'Pacific/Kiritimati');
    await replanned();
    await eventually(() => reminders(ada).some((event) => event.task_id === west.id));
    assert.deepEqual(await instantsOf(west.id), []);
    assert.deepEqual(await instantsOf(fired.id), [], 'the reminder of the new zone does not wait');
    await send(fired.next({ title: 'renamed' }, losAngeles));
    assert.deepEqual(await instantsOf(fired.id), [], 'nor after a change in another zone');
  });
});

describe('a series without a zone', () => {
  test("is counted on the wall clock of the person's zone", async () => {
    const ada = await person();
    const task = testTask(ada);
    await send(
      task.next(
        { due_date: '2027-03-27T09:00:00+01:00', recurrence_rule: 'FREQ=DAILY' },
        { time_zone: 'Europe/Berlin' },
      ),
    );
    const { body } = await ada.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${task.id}`);
    assert.deepEqual(body.next_occurrences.slice(0, 2), [
      '2027-03-28T09:00:00+02:00',
      '2027-03-29T09:00:00+02:00',
    ]);
    assert.equal(body.time_zone, null);
  });

  test('the zone of the person decides on which day it was completed', async () => {
    const ada = await person();
    await setZone(ada, 'America/Los_Angeles');
    const task = testTask(ada);
    await send(
      task.next({ due_date: '2027-03-01', recurrence_rule: 'FREQ=DAILY' }),
      // 5 March, 23:30 there.
      task.next(completeAt('2027-03-06T07:30:00.000Z')),
    );
    await drained();
    const [command] = commands(ada);
    assert.ok(command?.command_type === 'create-successor');
    assert.equal(command.due_date, '2027-03-06');
  });

  test("is previewed in the person's zone", async () => {
    const ada = await person();
    const token = await issuer.tokenFor({ sub: ada.id, zoneinfo: 'America/Los_Angeles' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const rule = { rule: 'FREQ=DAILY', anchor: '2027-03-27T09:00:00+01:00', count: 2 };
    const previewed = async () => {
      const asked = { method: 'POST', headers, body: JSON.stringify(rule) };
      const answer = await fetch(`${service.url}/api/v1/schedules/preview`, asked);
      return ((await answer.json()) as SchedulePreview).occurrences;
    };
    assert.deepEqual(await previewed(), ['2027-03-27T01:00:00-07:00', '2027-03-28T01:00:00-07:00']);
    await setZone(ada, 'Europe/Berlin');
    assert.deepEqual(await previewed(), ['2027-03-27T09:00:00+01:00', '2027-03-28T09:00:00+02:00']);
  });
});
