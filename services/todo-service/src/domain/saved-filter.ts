import { Type, type Static } from 'typebox';
import { DateTime, Uuid, Uuid7, visibleText, visibleWords } from '@rondo/shared/contracts/scalars';
import { Rank } from './rank.ts';
import { TaskFilter } from './task-filter.ts';

const content = {
  name: Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: visibleText,
    'x-words': visibleWords,
    examples: ['This week'],
  }),
  query: Type.Object(TaskFilter.properties, {
    additionalProperties: false,
    examples: [{ status: ['pending'], label: ['bills'], sort: 'due' }],
  }),
};

/** The parameters of a list under a name. */
export const SavedFilter = Type.Object(
  { id: Uuid, ...content, rank: Rank, created_at: DateTime, updated_at: DateTime },
  { $id: 'SavedFilter', additionalProperties: false },
);
export type SavedFilter = Static<typeof SavedFilter>;

/** Body of `POST /api/v1/filters`. Without a rank it comes last. */
export const FilterCreation = Type.Object(
  { id: Type.Optional(Uuid7), ...content, rank: Type.Optional(Rank) },
  { $id: 'FilterCreation', additionalProperties: false },
);
export type FilterCreation = Static<typeof FilterCreation>;

/** Body of `PUT /api/v1/filters/{id}`. Without a rank it keeps its own. */
export const FilterReplacement = Type.Object(
  { ...content, rank: Type.Optional(Rank) },
  { $id: 'FilterReplacement', additionalProperties: false },
);
export type FilterReplacement = Static<typeof FilterReplacement>;
