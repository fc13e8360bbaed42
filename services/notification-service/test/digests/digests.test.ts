import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { createTestClock, inboxOf, putSettings, startNotifications } from '../support/notifications.ts';
import { taskChange } from '../support/task-change.ts';

const clock = createTestClock('2026-03-27T12:00:00Z');
const started = await startNotifications({ after }, { clock });
const { person, send } = started;
await started.startReplica();

const digestsOf = async (who: TestPerson) =>
  (await inboxOf(who)).notifications.filter(({ kind }) => kind === 'digest').toReversed();

/** Waits until all digests that are due now are sent, by waiting for that of a witness, who has one every day. */
async function digestsAreSent(witness: TestPerson, date: string): Promise<void> {
  await eventually(async () => (await digestsOf(witness)).some(({ due_date }) => due_date === date));
}

test('there is one digest a day, also over a clock change, and one after downtime', async () => {
  const ada = await person();
  await send('task-events', taskChange(ada.id, { title: 'Taxes', due_date: '2026-03-28' }));
  await putSettings(ada, { digest_at: '08:00' });
  // In Berlin the clock goes forward in the night to the 29th: 08:00 is an hour earlier by UTC.
  for (const [at, date] of [
    ['2026-03-28T07:00:00Z', '2026-03-28'],
    ['2026-03-29T06:00:00Z', '2026-03-29'],
  ] as const) {
    clock.set(new Date(Date.parse(at) - 1).toISOString());
    const known = (await digestsOf(ada)).length;
    clock.set(at);
    await digestsAreSent(ada, date);
    assert.equal((await digestsOf(ada)).length, known + 1);
  }
  const [first, second] = await digestsOf(ada);
  assert.deepEqual([first?.title, first?.body], ['Sat, 28 Mar 2026: 1 due', '• Taxes']);
  assert.deepEqual(
    [second?.title, second?.body],
    ['Sun, 29 Mar 2026: 1 overdue', '• Taxes, since Sat, 28 Mar 2026'],
  );
  assert.equal(first?.id, uuidOfName(ada.id, 'digest 2026-03-28'));
  assert.deepEqual([first?.remind_at, first?.is_late], ['2026-03-28T07:00:00.000Z', false]);

  clock.set('2026-04-03T20:00:00Z');
  await digestsAreSent(ada, '2026-04-03');
  assert.deepEqual(
    (await digestsOf(ada)).map(({ due_date, is_late }) => [due_date, is_late]),
    [
      ['2026-03-28', false],
      ['2026-03-29', false],
      ['2026-04-03', true],
    ],
  );
  // The same day again with new settings: its digest was sent already.
  await putSettings(ada, { digest_at: '22:30' });
  clock.set('2026-04-03T20:30:00Z');
  await putSettings(ada, { digest_at: '22:31' });
  clock.set('2026-04-04T20:31:00Z');
  await digestsAreSent(ada, '2026-04-04');
  assert.equal((await digestsOf(ada)).length, 4);
});

test('a digest that can not be made holds up no other', async (t) => {
  clock.set('2026-04-10T12:00:00Z');
  const [ada, eve] = [await person(), await person()];
  await send('task-events', taskChange(ada.id, { title: 'Taxes', due_date: '2026-04-11' }));
  for (const who of [eve, ada]) await putSettings(who, { digest_at: '08:00' });
  const pool = openPool(started.database_url, 'digests test', 1);
  t.after(() => pool.end());
  const setTime = (time: string) =>
    pool.query('UPDATE notification_service.settings SET digest_at = $1 WHERE workspace_id = $2', [
      time,
      eve.id,
    ]);
  await setTime('no time');
  clock.set('2026-04-11T08:00:00Z');
  await digestsAreSent(ada, '2026-04-11');
  await setTime('08:00');
});

test('a digest lists the open tasks that are due in the time zone of the person, and is not sent if there are none', async () => {
  clock.set('2026-05-10T12:00:00Z');
  const [ada, idle, witness] = [await person(), await person(), await person()];
  await send('task-events', taskChange(witness.id, { title: 'Witness', due_date: '2026-05-11' }));
  for (const who of [idle, witness]) await putSettings(who, { digest_at: '08:00' });
  await putSettings(ada, { digest_at: '08:00', time_zone: 'Pacific/Auckland' });
  await send(
    'task-events',
    // In Auckland, twelve hours ahead, this is the 11th.
    taskChange(ada.id, { title: 'in Auckland today', due_date: '2026-05-10T20:00:00Z' }),
    taskChange(ada.id, { title: 'in Auckland tomorrow', due_date: '2026-05-11T12:00:00Z' }),
    taskChange(ada.id, { title: 'all day', due_date: '2026-05-11' }),
    taskChange(ada.id, { title: 'another day', due_date: '2026-05-12' }),
    taskChange(ada.id, { title: 'done', due_date: '2026-05-11', status: 'complete', version: 2 }),
    taskChange(ada.id, {
      title: 'deleted',
      due_date: '2026-05-11',
      deleted_at: '2026-05-01T00:00:00.000Z',
      version: 2,
    }),
    ...Array.from({ length: 25 }, (_, n) =>
      taskChange(ada.id, { title: `late ${n}`, due_date: '2026-05-01' }),
    ),
    taskChange(idle.id, { title: 'next week', due_date: '2026-05-18' }),
  );
  clock.set('2026-05-10T20:00:00Z');
  await digestsAreSent(ada, '2026-05-11');
  const [digest] = await digestsOf(ada);
  assert.equal(digest?.title, 'Mon, 11 May 2026: 2 due, 25 overdue');
  const lines = digest?.body.split('\n') ?? [];
  assert.deepEqual(lines.slice(0, 2), ['• all day', '• in Auckland today, 08:00']);
  assert.deepEqual([lines.length, lines.at(-1)], [21, 'and 7 more']);
  clock.set('2026-05-11T06:00:00Z');
  await digestsAreSent(witness, '2026-05-11');
  assert.deepEqual(await digestsOf(idle), []);
});
