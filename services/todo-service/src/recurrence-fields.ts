import type { RecurrenceSchedule, Task } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/runtime/errors';

const frequencies = new Set(['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']);
const parts = new Set([
  'FREQ',
  'UNTIL',
  'COUNT',
  'INTERVAL',
  'BYSECOND',
  'BYMINUTE',
  'BYHOUR',
  'BYDAY',
  'BYMONTHDAY',
  'BYYEARDAY',
  'BYWEEKNO',
  'BYMONTH',
  'BYSETPOS',
  'WKST',
]);

export type RecurrenceInput = {
  is_recurring?: boolean;
  recurrence_schedule?: RecurrenceSchedule | null;
  recurrence_rule?: string | null;
};

type RecurrenceFields = Pick<Task, 'is_recurring' | 'recurrence_schedule' | 'recurrence_rule'>;

/**
 * The three fields that tell of recurrence, in step with each other. The rule goes before the schedule, which stands
 * for `FREQ=…` alone; `is_recurring: false` clears both.
 * @throws AppError 422 where they contradict each other or the rule is not one
 */
export function recurrenceOf(input: RecurrenceInput, current: RecurrenceFields): RecurrenceFields {
  const rule = ruleOf(input, current.recurrence_rule);
  if (rule !== null) checkRule(rule);
  if (input.is_recurring === true && rule === null) {
    throw invalidInput([
      { field: 'is_recurring', message: 'needs a recurrence_schedule or a recurrence_rule' },
    ]);
  }
  return {
    is_recurring: rule !== null,
    recurrence_rule: rule,
    recurrence_schedule: rule === null ? null : scheduleOf(rule),
  };
}

function ruleOf(
  { is_recurring, recurrence_rule: rule, recurrence_schedule: schedule }: RecurrenceInput,
  current: string | null,
): string | null {
  if (is_recurring === false) {
    if (rule || schedule)
      throw invalidInput([{ field: 'is_recurring', message: 'is false, yet a recurrence is given' }]);
    return null;
  }
  const scheduled = schedule ? `FREQ=${schedule.toUpperCase()}` : schedule;
  if (rule && scheduled && rule !== scheduled) {
    throw invalidInput([{ field: 'recurrence_schedule', message: 'contradicts recurrence_rule' }]);
  }
  if (rule !== undefined) return rule ?? scheduled ?? null;
  return scheduled === undefined ? current : scheduled;
}

function scheduleOf(rule: string): RecurrenceSchedule | null {
  const [, frequency] = /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)$/.exec(rule) ?? [];
  return frequency ? (frequency.toLowerCase() as RecurrenceSchedule) : null;
}

/** Whether the parts of a rule are parts of a rule (RFC 5545 section 3.3.10); what they mean is Recurring's to know. */
function checkRule(rule: string): void {
  const seen = new Set<string>();
  let position = 0;
  for (const part of rule.split(';')) {
    const refuse = (why: string) =>
      invalidInput([{ field: 'recurrence_rule', message: `${why} at position ${position}` }]);
    const [name = '', value = ''] = part.split('=');
    if (!parts.has(name)) throw refuse(`has an unknown part "${name}"`);
    if (seen.has(name)) throw refuse(`has ${name} twice`);
    if (!/^[A-Z0-9,+-]+$/.test(value)) throw refuse(`has no usable value for ${name}`);
    if (name === 'FREQ' && !frequencies.has(value)) throw refuse(`has an unknown FREQ "${value}"`);
    seen.add(name);
    position += part.length + 1;
  }
  if (!seen.has('FREQ')) throw invalidInput([{ field: 'recurrence_rule', message: 'has no FREQ' }]);
  if (seen.has('COUNT') && seen.has('UNTIL'))
    throw invalidInput([{ field: 'recurrence_rule', message: 'has both COUNT and UNTIL' }]);
}
