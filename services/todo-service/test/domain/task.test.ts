import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { decide, decideCreation, type Change, type Command } from '../../src/domain/task.ts';

const now = new Date('2026-03-01T10:00:00.000Z');
const ids = {
  id: '0190aaaa-0000-7000-8000-000000000001',
  workspace_id: '0190aaaa-0000-7000-8000-00000000000a',
};

function create(draft: TaskDraft): Task {
  return decideCreation({ ...ids, draft }, now).after;
}

function changed(task: Task, command: Command): Change {
  const change = decide(task, command, now);
  assert.ok(change, 'something changes');
  return change;
}

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AppError);
    return [error.status, error.code, error.errors?.[0]?.field];
  }
  return 'nothing was thrown';
};

describe('a task', () => {
  test('starts with the defaults and version 1', () => {
    const task = create({ title: '  milk ' });
    assert.deepEqual(
      {
        title: task.title,
        status: task.status,
        priority: task.priority,
        version: task.version,
        labels: task.labels,
        series_id: task.series_id,
      },
      { title: 'milk', status: 'pending', priority: 4, version: 1, labels: [], series_id: null },
    );
  });

  test('that is created complete has its completion time', () => {
    assert.equal(create({ title: 'done', status: 'complete' }).completed_at, now.toISOString());
  });

  test('never has a change before the version before, even if the clock was set back', () => {
    const task = create({ title: 'x' });
    const anHourAgo = new Date(now.getTime() - 3_600_000);
    const done = decide(task, { kind: 'complete' }, anHourAgo);
    assert.ok(done);
    assert.deepEqual([done.after.updated_at, done.after.completed_at], [task.updated_at, task.updated_at]);
    const gone = decide(done.after, { kind: 'delete', scope: 'series' }, anHourAgo);
    assert.ok(gone);
    assert.equal(decide(gone.after, { kind: 'purge' }, anHourAgo)?.after.updated_at, task.updated_at);
  });

  test('is completed by PATCH and PUT as by POST, and reopened by a change of its status', () => {
    const task = create({ title: 'x' });
    for (const command of [
      { kind: 'complete' },
      { kind: 'patch', patch: { status: 'complete' } },
      { kind: 'replace', replacement: { title: 'x', status: 'complete' } },
    ] as Command[]) {
      const { event_type: type, after } = changed(task, command);
      assert.deepEqual(
        [type, after.status, after.completed_at, after.version],
        ['task-completed', 'complete', now.toISOString(), 2],
      );
      const reopened = changed(after, { kind: 'patch', patch: { status: 'in_progress' } });
      assert.deepEqual([reopened.event_type, reopened.after.completed_at], ['task-reopened', null]);
    }
  });

  test('that is complete can not be completed again; one in the trash can not be changed', () => {
    const complete = changed(create({ title: 'x' }), { kind: 'complete' }).after;
    assert.deepEqual(
      codeOf(() => decide(complete, { kind: 'complete' }, now)),
      [409, 'already-complete', undefined],
    );
    const trashed = changed(complete, { kind: 'delete' }).after;
    for (const command of [
      { kind: 'patch', patch: {} },
      { kind: 'complete' },
      { kind: 'delete' },
    ] as Command[]) {
      assert.deepEqual(
        codeOf(() => decide(trashed, command, now)),
        [404, 'not-found', undefined],
      );
    }
    assert.equal(changed(trashed, { kind: 'restore', toTop: false }).event_type, 'task-restored');
  });

  test('keeps every field that a patch does not name; a patch that changes nothing makes no event', () => {
    const task = create({
      title: 'x',
      description: 'long',
      labels: ['a'],
      due_date: '2026-04-01',
      list: 'home',
    });
    const { after, changed: fields } = changed(task, { kind: 'patch', patch: { priority: 1 } });
    assert.deepEqual(fields, ['priority']);
    assert.deepEqual({ ...after, priority: 4, version: 1 }, task);
    assert.equal(decide(task, { kind: 'patch', patch: { title: 'x', labels: ['a'] } }, now), undefined);
  });

  test('has every field that a replacement does not name reset to its default', () => {
    const task = create({ title: 'x', description: 'long', labels: ['a'], recurrence_schedule: 'daily' });
    const { after } = changed(task, { kind: 'replace', replacement: { title: 'y' } });
    assert.deepEqual(
      [after.title, after.description, after.labels, after.is_recurring, after.recurrence_rule],
      ['y', null, [], false, null],
    );
  });

  test('keeps shorthand fields consistent with the fields that they stand for', () => {
    const task = create({
      title: 'x',
      is_recurring: true,
      recurrence_schedule: 'weekly',
      reminder_time: '2026-04-01T09:00:00Z',
    });
    assert.deepEqual(
      [task.recurrence_rule, task.is_recurring, task.series_id],
      ['FREQ=WEEKLY', true, ids.id],
    );
    assert.deepEqual(task.reminders, [{ at: '2026-04-01T09:00:00Z' }]);
    const ruled = changed(task, { kind: 'patch', patch: { recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO' } }).after;
    assert.deepEqual([ruled.recurrence_schedule, ruled.is_recurring], [null, true]);
    const single = changed(ruled, {
      kind: 'patch',
      patch: { is_recurring: false, reminder_time: null },
    }).after;
    assert.deepEqual([single.recurrence_rule, single.reminders, single.reminder_time], [null, [], null]);
  });

  for (const [what, draft, field] of [
    ['an invalid zone', { time_zone: 'Mars/Olympus' }, 'time_zone'],
    ['a start after the due date', { start: '2026-04-02', due_date: '2026-04-01' }, 'start'],
    ['recurrence without a rule', { is_recurring: true }, 'is_recurring'],
    ['a rule without FREQ', { recurrence_rule: 'INTERVAL=2' }, 'recurrence_rule'],
    ['a rule with an unknown part', { recurrence_rule: 'FREQ=DAILY;FOO=1' }, 'recurrence_rule'],
    [
      'a rule with COUNT and UNTIL',
      { recurrence_rule: 'FREQ=DAILY;COUNT=1;UNTIL=20260101' },
      'recurrence_rule',
    ],
    [
      'a schedule that contradicts the rule',
      { recurrence_rule: 'FREQ=DAILY', recurrence_schedule: 'weekly' },
      'recurrence_schedule',
    ],
    ['a reminder before a due date that is not set', { reminders: [{ before: 'PT30M' }] }, 'reminders'],
    ['itself as parent', { parent_id: ids.id }, 'parent_id'],
  ] as [string, Partial<TaskDraft>, string][]) {
    test(`refuses ${what}`, () => {
      assert.deepEqual(
        codeOf(() => create({ title: 'x', ...draft })),
        [422, field === 'recurrence_rule' ? 'invalid-rule' : 'invalid-input', field],
      );
    });
  }

  test('takes a reminder before the due date only with a due date, from a patch and a replacement too', () => {
    const reminders = [{ before: 'PT30M' }];
    const undated = create({ title: 'x' });
    const dated = create({ title: 'x', due_date: '2026-04-01', reminders });
    for (const [task, command] of [
      [undated, { kind: 'patch', patch: { reminders } }],
      [dated, { kind: 'patch', patch: { reminders, due_date: null } }],
      [dated, { kind: 'replace', replacement: { title: 'x', reminders } }],
    ] as [Task, Command][])
      assert.deepEqual(
        codeOf(() => decide(task, command, now)),
        [422, 'invalid-input', 'reminders'],
      );
    assert.deepEqual(
      changed(undated, { kind: 'patch', patch: { reminders, due_date: '2026-04-01' } }).after.reminders,
      reminders,
    );
    assert.deepEqual(
      changed(undated, { kind: 'patch', patch: { reminders: [{ at: '2026-04-01T09:00:00Z' }] } }).after
        .reminders,
      [{ at: '2026-04-01T09:00:00Z' }],
    );
  });

  test('keeps its reminders before the due date when a patch removes the due date', () => {
    const task = create({ title: 'x', due_date: '2026-04-01', reminders: [{ before: 'PT30M' }] });
    const undated = changed(task, { kind: 'patch', patch: { due_date: null } }).after;
    assert.deepEqual(undated.reminders, [{ before: 'PT30M' }]);
    assert.equal(changed(undated, { kind: 'patch', patch: { title: 'y' } }).after.reminders.length, 1);
  });

  test('may start and be due on the same all-day date, in any zone', () => {
    for (const time_zone of ['Pacific/Apia', 'America/New_York', 'Asia/Kathmandu']) {
      assert.equal(
        create({ title: 'x', start: '2026-04-01', due_date: '2026-04-01', time_zone }).due_date,
        '2026-04-01',
      );
    }
  });
});

describe('any sequence of commands', () => {
  const word = fc.constantFrom('milk', 'bread', 'tax');
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({
      kind: fc.constant('patch' as const),
      patch: fc.record({ title: word, priority: fc.integer({ min: 1, max: 4 }) }, { requiredKeys: [] }),
    }),
    fc.record({
      kind: fc.constant('replace' as const),
      replacement: fc.record({ title: word, list: word }, { requiredKeys: ['title'] }),
    }),
    fc.constantFrom<Command>(
      { kind: 'complete' },
      { kind: 'reopen' },
      { kind: 'delete' },
      { kind: 'restore', toTop: false },
    ),
  );

  test('gives versions without a gap, and folding its events gives the task', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let task = create({ title: 'start' });
        const folded: Record<string, unknown> = { ...task };
        let version = 1;
        for (const next of commands) {
          let change: Change | undefined;
          try {
            change = decide(task, next, now);
          } catch (error) {
            assert.ok(error instanceof AppError && error.status < 500, String(error));
          }
          if (!change) continue;
          version += 1;
          assert.equal(change.after.version, version);
          assert.ok(change.changed.length > 0);
          for (const field of change.changed) folded[field] = change.after[field];
          task = change.after;
          for (const field of ['title', 'status', 'priority', 'list', 'deleted_at'] as const)
            assert.deepEqual(folded[field], task[field]);
          assert.equal(task.completed_at !== null, task.status === 'complete');
        }
      }),
    );
  });
});

test('a recurrence rule is stored as canonical text, and an invalid one is refused with reason and position', () => {
  const made = create({ title: 'x', recurrence_rule: 'byday=we,mo;freq=weekly;interval=1' });
  assert.equal(made.recurrence_rule, 'FREQ=WEEKLY;BYDAY=MO,WE');
  assert.throws(
    () => create({ title: 'x', recurrence_rule: 'FREQ=WEEKLY;BYMONTHDAY=1' }),
    ({ errors }: { errors: { field: string; message: string }[] }) =>
      errors[0]?.field === 'recurrence_rule' && errors[0].message.endsWith('at position 12'),
  );
});
