import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { openPool } from '@rondo/postgres/open-pool';
import { startNotifications } from '../support/notifications.ts';
import { taskChange } from '../support/task-change.ts';

const { person, send, database_url: url } = await startNotifications({ after });
const pool = openPool(url, 'notification test', 2);
after(() => pool.end());

type Row = { task_id: string; version: number; due_date: string | null };
const agendaOf = async (workspaceId: string) =>
  (
    await pool.query<Row>(
      'SELECT task_id, version, due_date FROM notification_service.agenda WHERE workspace_id = $1 ORDER BY task_id',
      [workspaceId],
    )
  ).rows;

/** The states of a task that make a difference for the agenda. */
const states: Partial<TaskEvent['payload']>[] = [
  { due_date: '2026-03-01' },
  { due_date: '2026-03-02T09:00:00+01:00' },
  { due_date: null },
  { due_date: '2026-03-03', status: 'complete' },
  { due_date: '2026-03-04', deleted_at: '2026-03-01T10:00:00.000Z' },
];
const isOpenAndDue = (state: (typeof states)[number]) =>
  state.due_date && state.status === undefined && state.deleted_at === undefined;

test('the highest version wins, whatever the order of events and however often they are delivered', async () => {
  const versions = 5;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...states), { minLength: versions, maxLength: versions }),
      fc.array(
        fc.array(fc.record({ task: fc.nat(1), version: fc.integer({ min: 1, max: versions }) }), {
          minLength: 1,
          maxLength: 8,
        }),
        { minLength: 1, maxLength: 6 },
      ),
      async (history, deliveries) => {
        const who = (await person()).id;
        const tasks = [v7(), v7()];
        const all = tasks.map((task_id) =>
          history.map((state, n) => taskChange(who, { task_id, version: n + 1, ...state })),
        );
        for (const delivery of deliveries)
          await send(
            'task-events',
            ...delivery.flatMap(({ task, version }) => all[task]?.[version - 1] ?? []),
          );
        const expected = tasks.flatMap((task_id, task): Row[] => {
          const seen = deliveries.flat().filter((one) => one.task === task);
          const version = Math.max(0, ...seen.map((one) => one.version));
          const state = history[version - 1];
          if (!state) return [];
          const dueDate = isOpenAndDue(state) ? (state.due_date ?? null) : null;
          // A first version without a due date is not stored.
          return version === 1 && state.due_date === null ? [] : [{ task_id, version, due_date: dueDate }];
        });
        assert.deepEqual(await agendaOf(who), expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('concurrent deliveries of the same tasks in opposite orders do not deadlock', async () => {
  const who = (await person()).id;
  const tasks = Array.from({ length: 30 }, () => v7());
  const changes = (version: number) =>
    tasks.map((task_id) => taskChange(who, { task_id, version, due_date: '2026-03-01' }));
  const verdicts = await Promise.all([
    send('task-events', ...changes(2)),
    send('task-events', ...changes(3).toReversed()),
    send('task-events', ...changes(4)),
  ]);
  assert.deepEqual(new Set(verdicts.flat()), new Set(['SUCCESS']));
  assert.deepEqual(new Set((await agendaOf(who)).map(({ version }) => version)), new Set([4]));
});
