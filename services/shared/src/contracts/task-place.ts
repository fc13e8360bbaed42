import { Type } from 'typebox';
import { Count } from './scalars.ts';

/** The number of a task. */
export const TaskNumber = Type.Integer({
  ...Count,
  minimum: 1,
  description:
    'counts the creations of the workspace, and never changes: `#12`. Events from before version 1.4 lack the field',
  examples: [12],
});

/** A place in an order: texts of digits and letters (base 62), compared by their bytes. Tasks with one rank are in the order of their ids. */
export const TaskRank = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[0-9A-Za-z]+$',
  'x-words': '1 to 64 digits and letters',
  description:
    'the place of the task in its list and in each column of a board. Events from before version 1.4 lack the field',
  examples: ['e0000C'],
});
