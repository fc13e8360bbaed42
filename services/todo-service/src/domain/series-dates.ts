import type { Task, TaskPatch } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';

const fields = ['exdates', 'rdates'] as const;

/** @throws AppError 422 if the input gives dates to a task that doesn't recur */
export function checkSeriesDates(
  input: Pick<TaskPatch, 'exdates' | 'rdates'>,
  { recurrence_rule: rule }: Task,
): void {
  const field = fields.find((name) => (input[name]?.length ?? 0) > 0);
  if (field !== undefined && rule === null)
    throw invalidInput([{ field, message: 'is valid only with a recurrence_schedule or a recurrence_rule' }]);
}

/**
 * The task with the dates of its series in their order, each once. Only a series has any. A field that the task had stays, and is
 * empty without a date: a task without the field says nothing about the series, whose dates may be older than the field.
 */
export function withSeriesDates(wanted: Task, before: Task): Task {
  if (fields.every((name) => wanted[name] === undefined && before[name] === undefined)) return wanted;
  const { exdates: _left, rdates: _added, ...task } = wanted;
  for (const name of fields) {
    const dates = wanted.recurrence_rule === null ? [] : sortedDates(wanted[name] ?? []);
    if (dates.length > 0 || before[name] !== undefined) Object.assign(task, { [name]: dates });
  }
  return task;
}

/** Dates in their order, each once. */
export function sortedDates(dates: readonly string[]): string[] {
  return [...new Set(dates)].toSorted((left, right) => Date.parse(left) - Date.parse(right));
}
