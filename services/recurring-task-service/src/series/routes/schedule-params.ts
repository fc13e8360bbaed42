import { Type } from 'typebox';
import { TaskReference } from '@rondo/shared/contracts/task-reference';

export const scheduleParams = Type.Object({
  id: Type.String({
    ...TaskReference,
    description: 'the id of the series, or the number of one of its tasks: `#12`, in a path `%2312`',
  }),
});
