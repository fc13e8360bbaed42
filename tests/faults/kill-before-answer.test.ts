import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { openKillableHost } from '../support/killable-host.ts';
import type { Person } from '../support/person.ts';

const kills = 6;
const maxPauseMs = 60;

/** Creates a daily task. @returns its id, which is that of its series, when the series exists */
async function newSeries(ada: Person): Promise<string> {
  const draft = { id: v7(), title: 'pills', due_date: '2027-03-01', recurrence_schedule: 'daily' };
  await ada.call('POST', '/api/v1/tasks', draft);
  const path = `/api/v1/schedules/${draft.id}`;
  await eventually(async () => (await ada.call('GET', path)).status === 200, { what: 'the series to exist' });
  return draft.id;
}

/** Waits until all commands to Todo are carried out and followed: those of a workspace are in order, and this one is the last. */
async function settled(ada: Person, marker: string, day: string): Promise<void> {
  await ada.call('POST', `/api/v1/schedules/${marker}/edit`, { scope: 'this', due_date: day });
  await eventually(async () => (await ada.get<Task>(`/api/v1/tasks/${marker}`)).due_date === day, {
    what: 'the marker to be edited',
  });
  await eventually(
    async () =>
      (await ada.get<ScheduleWithHistory>(`/api/v1/schedules/${marker}`)).current_date?.startsWith(day) ===
      true,
    { what: 'the edit of the marker to be followed' },
  );
}

/** How often a series was skipped, and how many filters and app passwords have a name. */
async function effectsOf(ada: Person, series: string, name: string): Promise<number[]> {
  const { history } = await ada.get<ScheduleWithHistory>(`/api/v1/schedules/${series}`);
  const named = async (path: string) =>
    (await ada.get<{ name: string }[]>(path)).filter((one) => one.name === name).length;
  return [
    history.filter(({ kind }) => kind === 'skipped').length,
    await named('/api/v1/filters'),
    await named('/api/v1/app-passwords'),
  ];
}

test(`kill -9 of the host before a client gets its answer, ${kills} times: a retry with the same Idempotency-Key has one effect`, async (t) => {
  const host = await openKillableHost(t, ['ada']);
  const [ada] = host.people as [Person];
  const random = host.random(0);
  const marker = await newSeries(ada);
  const survived: number[][] = [];

  for (let kill = 0; kill < kills; kill += 1) {
    const series = await newSeries(ada);
    const name = `kill ${kill}`;
    const requests = [
      ['POST', `/api/v1/schedules/${series}/skip`, undefined],
      ['POST', '/api/v1/filters', { name, query: { status: ['pending'] } }],
      ['POST', '/api/v1/app-passwords', { name }],
    ] as const;
    const key = { 'idempotency-key': v7() };
    const lost = requests.map(([method, path, body]) =>
      ada.call(method, path, body, key).catch(() => undefined),
    );
    // The first kill comes after all commits, for certain.
    if (kill === 0)
      await eventually(async () => String(await effectsOf(ada, series, name)) === '1,1,1', {
        what: 'the effects of the first requests',
      });
    else await pause(random() * maxPauseMs);
    await host.killAndStart();
    await Promise.all(lost);

    await settled(ada, marker, `2027-04-0${kill + 1}`);
    survived.push(await effectsOf(ada, series, name));
    const retries = await Promise.all(
      requests.map(([method, path, body]) => ada.call(method, path, body, key)),
    );
    await settled(ada, marker, `2027-05-0${kill + 1}`);
    assert.deepEqual(await effectsOf(ada, series, name), [1, 1, 1], name);
    const [skip, filter, password] = retries.map(({ status }) => status);
    assert.deepEqual([skip, filter], [202, 201], name);
    assert.ok(password === 201 || password === 409, `${name}: the password was answered ${password}`);
  }
  t.diagnostic(`skips, filters and passwords before each retry: ${survived.join(' · ')}`);
});
