/** The largest commands never block the event loop of a host for longer than 50 ms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { collection, davClient, todo } from '../../../services/todo-service/test/support/dav-client.ts';
import type { Person } from '../../support/person.ts';
import { assertStatus, assertUnblocked, openWatchedHost } from '../../support/watched-host.ts';

type Ids = { tasks: { id: string }[] };

const operationsOfBulk = 500;

async function bulk(ada: Person, operations: unknown[]): Promise<string[]> {
  const body = await assertStatus(ada.call('POST', '/api/v1/tasks/bulk', { operations }), 200);
  return (body as Ids).tasks.map(({ id }) => id);
}

const undo = (ada: Person) => assertStatus(ada.call('POST', '/api/v1/undo'), 200);

test('the event loop is not blocked', async (suite) => {
  const host = await openWatchedHost(suite);
  const { ada } = host;

  await suite.test('by creations, changes and deletions of 500 tasks, and their undo', (t) =>
    assertUnblocked(t, host, async () => {
      const description = 'x'.repeat(7_000);
      const ids = await bulk(
        ada,
        Array.from({ length: operationsOfBulk }, (_, n) => ({
          op: 'create',
          title: `rent ${n}`,
          description,
          due_date: '2027-03-10T08:00:00Z',
          recurrence_rule: 'FREQ=DAILY',
        })),
      );
      await bulk(
        ada,
        ids.map((id) => ({ op: 'patch', id, priority: 1, description: 'y'.repeat(7_000) })),
      );
      await undo(ada);
      await bulk(
        ada,
        ids.map((id) => ({ op: 'delete', id })),
      );
      await undo(ada);
      await undo(ada);
    }),
  );

  await suite.test('by changes of the largest tasks', (t) =>
    assertUnblocked(t, host, async () => {
      const description = '\u0001'.repeat(20_000);
      const ids: string[] = [];
      for (let n = 0; n < 120; n += 30)
        ids.push(
          ...(await bulk(
            ada,
            Array.from({ length: 30 }, () => ({ op: 'create', title: 'large', description })),
          )),
        );
      await bulk(
        ada,
        ids.map((id) => ({ op: 'patch', id, priority: 2 })),
      );
      await undo(ada);
    }),
  );

  await suite.test('by a subtree of 2,000 tasks that goes to the trash and returns', async (t) => {
    const parent = v7();
    await bulk(ada, [{ op: 'create', id: parent, title: 'parent' }]);
    for (let from = 0; from < 2_000; from += operationsOfBulk)
      await bulk(
        ada,
        Array.from({ length: operationsOfBulk }, (_, n) => ({
          op: 'create',
          title: `child ${from + n}`,
          description: 'x'.repeat(1_000),
          parent_id: parent,
        })),
      );
    await assertUnblocked(t, host, async () => {
      await assertStatus(ada.call('DELETE', `/api/v1/tasks/${parent}`), 204);
      await undo(ada);
      await assertStatus(ada.call('DELETE', `/api/v1/tasks/${parent}`), 204);
      await assertStatus(ada.call('POST', `/api/v1/tasks/${parent}/restore`), 200);
    });
  });

  const dav = await davClient(host.url(), ada as never);
  await suite.test('by the largest object of a calendar', (t) => {
    let run = 0;
    return assertUnblocked(t, host, async () => {
      run += 1;
      const objects = {
        attendees: Array.from({ length: 4_000 }, (_, n) => `ATTENDEE;CN=p${n};X=y:mailto:a${n}@example.com`),
        description: [`DESCRIPTION:${'x'.repeat(250_000)}`],
        alarms: Array.from({ length: 3_000 }, (_, n) => [
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          'DESCRIPTION:x',
          `TRIGGER:-PT${n}M`,
          'END:VALARM',
        ]).flat(),
        dates: [
          'DTSTART:20270101T080000Z',
          'RRULE:FREQ=DAILY',
          ...Array.from({ length: 4_000 }, (_, n) => {
            const day = new Date(Date.UTC(2027, 0, 1 + n)).toISOString().slice(0, 10);
            return `EXDATE:${day.replaceAll('-', '')}T080000Z`;
          }),
        ],
      };
      for (const [name, lines] of Object.entries(objects)) {
        const body = todo(`UID:${name}${run}`, 'SUMMARY:large', ...lines).slice(0, 262_144);
        const { status, text } = await dav.send('PUT', `${collection}${name}${run}.ics`, body);
        assert.ok(status === 201 || status === 403, `${name}: ${status} ${text}`);
      }
    });
  });
});
