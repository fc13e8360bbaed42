import assert from 'node:assert/strict';
import { preview, defaultPolicies } from '@rondo/recurrence/occurrences';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { wallText } from '@rondo/time/iso-8601';
import { wallOf } from '@rondo/time/wall-clock';

/** The first dates of a draft's series, as the schedule counts them. */
export function datesOf(draft: TaskDraft, count = 6): string[] {
  const { recurrence_rule: rule, exdates = [], rdates = [], time_zone: timeZone = null } = draft;
  const due = draft.due_date ?? draft.start ?? '';
  assert.ok(rule);
  const anchor = due.length === 10 ? due : wallText(wallOf(Date.parse(due), timeZone));
  return preview({ rule, exdates, rdates, anchor, timeZone, policies: defaultPolicies }, count);
}

/** The days of the first dates. */
export const daysOf = (draft: TaskDraft, count?: number) =>
  datesOf(draft, count).map((date) => date.slice(0, 10));
