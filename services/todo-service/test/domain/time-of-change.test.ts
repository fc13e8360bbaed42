import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { contentOfSuccessor } from '../../src/domain/successor.ts';
import { decide, decideCreation, type Command } from '../../src/domain/task.ts';

const ids = {
  id: '0190aaaa-0000-7000-8000-000000000001',
  workspace_id: '0190aaaa-0000-7000-8000-00000000000a',
};
const created = new Date('2026-03-01T10:00:00.000Z');
const setBack = new Date('2026-03-01T08:00:00.000Z');

test('a clock that was set back makes no version older than the one before', () => {
  const { after: task } = decideCreation({ ...ids, draft: { title: 'a' } }, created);
  const commands: Command[] = [
    { kind: 'patch', patch: { priority: 1 } },
    { kind: 'complete' },
    { kind: 'delete' },
  ];
  for (const command of commands) {
    const after = decide(task, command, setBack)?.after;
    assert.equal(after?.updated_at, task.updated_at, command.kind);
  }
  const deleted = decide(task, { kind: 'delete' }, created)?.after;
  assert.equal(decide(deleted, { kind: 'purge' }, setBack)?.after.updated_at, task.updated_at);
  assert.equal(
    decide(task, { kind: 'complete' }, new Date('2026-03-01T11:00:00.000Z'))?.after.updated_at,
    '2026-03-01T11:00:00.000Z',
  );
});

test('the successor of a task near the last year has no date after it', () => {
  const draft: TaskDraft = {
    title: 'a',
    due_date: '9998-01-01T10:00:00Z',
    time_zone: 'Pacific/Kiritimati',
    reminders: [{ at: '9998-06-01T10:00:00Z' }, { at: '9998-12-31T10:00:00Z' }, { before: 'PT1H' }],
  };
  const { after: task } = decideCreation({ ...ids, draft }, created);
  const successor = contentOfSuccessor(task, { days: 30, parent_id: null, personZone: null });
  assert.deepEqual(successor.reminders.length, 2);
  assert.deepEqual(contentOfSuccessor(task, { days: 365, parent_id: null, personZone: null }), {
    ...contentOfSuccessor(task, { days: 0, parent_id: null, personZone: null }),
    due_date: null,
    reminders: [],
  });
});
