import type { RecurrenceSchedule, Task } from '@rondo/shared/contracts/task';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText, shorthandOf } from '@rondo/recurrence/rule';
import { invalidInput } from '@rondo/shared/errors';
import { readRule } from '@rondo/shared/http/time-input';

export type RecurrenceInput = {
  is_recurring?: boolean;
  recurrence_schedule?: RecurrenceSchedule | null;
  recurrence_rule?: string | null;
};

type RecurrenceFields = Pick<Task, 'is_recurring' | 'recurrence_schedule' | 'recurrence_rule'>;

/**
 * Derives the three recurrence fields from the given ones. A rule takes precedence over a schedule, which is shorthand for
 * a rule with only `FREQ`. `is_recurring: false` clears both.
 * @throws AppError 422 if they contradict each other or the rule is invalid
 */
export function recurrenceOf(input: RecurrenceInput, current: RecurrenceFields): RecurrenceFields {
  const given = ruleOf(input, current.recurrence_rule);
  const rule = given === null ? null : readRule('recurrence_rule', () => parseRule(given));
  if (input.is_recurring === true && rule === null) {
    throw invalidInput([
      { field: 'is_recurring', message: 'needs a recurrence_schedule or a recurrence_rule' },
    ]);
  }
  return {
    is_recurring: rule !== null,
    // As canonical text. Only the recurring service checks whether the rule has any dates.
    recurrence_rule: rule === null ? null : ruleText(rule),
    recurrence_schedule: rule === null ? null : shorthandOf(rule),
  };
}

function ruleOf(
  { is_recurring, recurrence_rule: rule, recurrence_schedule: schedule }: RecurrenceInput,
  current: string | null,
): string | null {
  if (is_recurring === false) {
    if (rule || schedule)
      throw invalidInput([{ field: 'is_recurring', message: 'is false, but a recurrence is given' }]);
    return null;
  }
  const scheduled = schedule ? `FREQ=${schedule.toUpperCase()}` : schedule;
  if (rule && scheduled && rule !== scheduled) {
    throw invalidInput([{ field: 'recurrence_schedule', message: 'contradicts recurrence_rule' }]);
  }
  if (rule !== undefined) return rule ?? scheduled ?? null;
  return scheduled === undefined ? current : scheduled;
}
