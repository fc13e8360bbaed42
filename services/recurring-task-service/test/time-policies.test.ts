import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf } from '@rondo/shared/test/document-tables';
import { occurrenceAfterCompletion } from '@rondo/recurrence/after-completion';
import { defaultPolicies, occurrences, type Series } from '@rondo/recurrence/occurrences';
import { reminderTimes } from '../src/reminders/domain/reminder-times.ts';
import { nextDate } from '../src/series/domain/next-date.ts';
import type { SeriesState } from '../src/series/domain/series.ts';
import { instantsIn } from '@rondo/recurrence/test/series';

const blank: SeriesState = {
  workspace_id: '',
  id: '',
  title: '',
  rule: '',
  anchor: '',
  time_zone: null,
  person_zone: null,
  is_floating: false,
  basis: 'due',
  rdates: [],
  exdates: [],
  gap: 'shift',
  month_end: 'clamp',
  overdue: 'next',
  is_paused: false,
  done: 1,
  current_task_id: '',
  ended_reason: null,
  version: 0,
  next_occurrences: null,
  wanted_after: null,
  wanted_by: null,
  created_at: '',
  updated_at: '',
};

function seriesOf([, rule = '', anchor = '', zone = '', strict = '']: string[]): Series {
  return {
    rule: rule.replaceAll('`', ''),
    anchor,
    timeZone: zone === '' ? null : zone,
    rdates: [],
    exdates: [],
    policies: {
      ...defaultPolicies,
      ...(strict === 'gap' ? { gap: 'skip' } : {}),
      ...(strict === 'month_end' ? { monthEnd: 'skip' } : {}),
    },
  };
}

for (const row of rowsOf('docs/time.md', 'Occurrences')) {
  test(`${row[0]}: ${row[1]} from ${row[2]}`, () => {
    const expected = row.at(-1)?.split(', ') ?? [];
    assert.deepEqual(occurrences(seriesOf(row), { limit: expected.length }).toArray(), expected);
  });
}

for (const row of rowsOf('docs/time.md', 'Counted from completion')) {
  const [what, , , , completed = '', next] = row;
  test(`${what}: completed ${completed}`, () => {
    const series = seriesOf(row.slice(0, 4));
    assert.equal(occurrenceAfterCompletion(series, { completedAt: new Date(completed), done: 1 }), next);
  });
}

for (const row of rowsOf('docs/time.md', 'What follows a completion')) {
  const [what, , , , due = '', overdue = '', completed = '', next = ''] = row;
  test(`${what}: the next date is ${next}`, () => {
    const { rule, anchor, timeZone: zone } = seriesOf(row.slice(0, 4));
    const scheduled = anchor.length === 10 ? anchor : instantsIn(zone ?? 'UTC', [anchor])[0];
    assert.ok(scheduled);
    const series = {
      ...blank,
      rule,
      anchor,
      time_zone: zone,
      overdue: overdue === 'every' ? overdue : 'next',
    } as const;
    const following = nextDate(series, { scheduled, due_date: due === '' ? scheduled : due }, completed);
    assert.ok(!('costly' in following));
    assert.equal('next' in following ? following.next : `ended: ${following.ended}`, next);
  });
}

for (const [what, due = '', zone = '', personZone = '', reminder = '', expected] of rowsOf(
  'docs/time.md',
  'Reminders',
)) {
  test(`a reminder ${what}: ${expected}`, () => {
    const times = reminderTimes({
      due_date: due === '' ? null : due,
      time_zone: zone === '' ? null : zone,
      person_zone: personZone === '' ? null : personZone,
      reminders: [reminder.startsWith('P') ? { before: reminder } : { at: reminder }],
    });
    assert.equal(times.map((ms) => new Date(ms).toISOString()).join() || 'never', expected);
  });
}
