import { Type } from 'typebox';
import { exampleIds } from './example-ids.ts';

const reference = {
  maxLength: 36,
  pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|#[1-9][0-9]{0,14})$',
  'x-words': 'the id of a task in lower case, or its number, such as #12',
  description: 'the id of a task or its number: `#12`',
};

/** The id of a task, or its number in the workspace with a number sign. */
export const TaskReference = Type.String({ ...reference, examples: [exampleIds.task] });
/** For a parameter: the page of the API sends one that has an example, and nothing has the id of the example. */
export const TaskReferenceWithoutExample = Type.String(reference);

/** The number in a reference; undefined if the reference is an id. */
export function numberIn(reference: string): number | undefined {
  return reference.startsWith('#') ? Number(reference.slice(1)) : undefined;
}
