import { Type } from 'typebox';
import { Count, Uuid } from './scalars.ts';

/** What a body says of the task that it is to change: its version, and the history in which that counts. */
export const expectedState = {
  version: Type.Optional(Count),
  history_id: Type.Optional(
    Type.String({ ...Uuid, description: 'the history of the version, from the change feed or a snapshot' }),
  ),
};
