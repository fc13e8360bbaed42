import { Type, type Static } from 'typebox';
import { DateOrDateTime, storableText, storableWords } from '@rondo/shared/contracts/scalars';
import { TaskStatus } from '@rondo/shared/contracts/task';
import { TaskReference } from '@rondo/shared/contracts/task-reference';
import { invalidInput } from '@rondo/shared/errors';

export const sortNames = ['created', 'updated', 'due', 'priority', 'title', 'completed', 'rank'] as const;
export type SortName = (typeof sortNames)[number];
export type Direction = 'asc' | 'desc';

const storable = { pattern: storableText, 'x-words': storableWords };
const anyOf = { description: 'several: any of them' };
const labels = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 60, ...storable }), { maxItems: 20, description }));
const moment = (description: string) =>
  Type.Optional(
    Type.Union(DateOrDateTime.anyOf, { description: `${description}; a date is the person's day` }),
  );

/** The parameters that choose and sort tasks. A saved filter has these. */
export const TaskFilter = Type.Object(
  {
    status: Type.Optional(Type.Array(TaskStatus, { maxItems: 3, ...anyOf })),
    list: Type.Optional(
      Type.Array(Type.String({ maxLength: 100, ...storable }), {
        maxItems: 20,
        description: '`none` is without a list; several: any of them',
      }),
    ),
    label: labels('the task has all of them'),
    any_label: labels('the task has at least one of them'),
    not_label: labels('the task has none of them'),
    priority: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 4 }), { maxItems: 4, ...anyOf })),
    due: Type.Optional(Type.Literal('none', { description: 'tasks without a due date' })),
    due_after: moment('due then or later'),
    due_before: moment('due earlier'),
    completed_after: moment('completed then or later'),
    completed_before: moment('completed earlier'),
    parent_id: Type.Optional(Type.Union([TaskReference, Type.Literal('none')])),
    q: Type.Optional(
      Type.String({
        maxLength: 500,
        ...storable,
        description:
          'words in title, description, labels or list, without case and accents; the last one may be the beginning of a word',
      }),
    ),
    sort: Type.Optional(Type.Enum(sortNames, { description: 'the default is `created`' })),
    order: Type.Optional(
      Type.Enum(['asc', 'desc'], {
        description:
          'the default is `desc` for `created`, `updated` and `completed`, else `asc`; tasks without the value come last',
      }),
    ),
  },
  { additionalProperties: false },
);
export type TaskFilter = Static<typeof TaskFilter>;

/**
 * @param path what the names of fields begin with
 * @throws AppError 422 if no task can match, whatever it is: the parameters contradict each other
 */
export function checkFilter(filter: TaskFilter, path = ''): void {
  const { due, due_after, due_before, status, completed_after, completed_before, not_label = [] } = filter;
  const refuse = (field: string, message: string) => {
    throw invalidInput([{ field: `${path}${field}`, message }]);
  };
  if (due !== undefined && (due_after !== undefined || due_before !== undefined))
    refuse('due', 'contradicts due_after and due_before');
  if (isBackwards(due_after, due_before)) refuse('due_before', 'must be later than due_after');
  if (isBackwards(completed_after, completed_before))
    refuse('completed_before', 'must be later than completed_after');
  const hasCompletion = completed_after !== undefined || completed_before !== undefined;
  if (hasCompletion && status && !status.includes('complete'))
    refuse(
      'status',
      'contradicts completed_after and completed_before: only complete tasks have a completion',
    );
  const excluded = new Set(not_label);
  if (filter.label?.some((label) => excluded.has(label)))
    refuse('not_label', 'has a label that label asks for');
  if (filter.any_label?.length && filter.any_label.every((label) => excluded.has(label)))
    refuse('not_label', 'has all labels of any_label');
}

/** Whether nothing is between two bounds. A date and an instant are not compared: when a day begins depends on the zone of a task. */
function isBackwards(after: string | undefined, before: string | undefined): boolean {
  if (after === undefined || before === undefined) return false;
  const areDates = after.length === 10;
  if (areDates !== (before.length === 10)) return false;
  return Date.parse(after) >= Date.parse(before);
}
