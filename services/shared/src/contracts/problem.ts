import { Type, type Static } from 'typebox';
import { Task } from './task.ts';

/**
 * An invalid field of a request: its place (JSON Pointer, RFC 6901, without the leading slash), and what is wrong with it. Of a
 * conflict: `tasks/{id}`, and what keeps that task from being changed.
 */
export const FieldError = Type.Object(
  {
    field: Type.String({ examples: ['title'] }),
    message: Type.String({ examples: ['is required'] }),
  },
  { $id: 'FieldError' },
);
export type FieldError = Static<typeof FieldError>;

/** A quota that is used up. */
export const Quota = Type.Object(
  {
    name: Type.String({ examples: ['tasks'] }),
    limit: Type.Integer({ minimum: 0, examples: [100_000] }),
    used: Type.Integer({ minimum: 0, examples: [100_000] }),
  },
  { $id: 'Quota' },
);
export type Quota = Static<typeof Quota>;

/** An error (RFC 9457, `application/problem+json`). `current` is the task that a conflict is about, as it is now. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: '`about:blank`: the code says what the problem is' }),
    title: Type.String({ description: 'the name of the status' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: Type.String({ description: 'a stable name for programs', examples: ['invalid-input'] }),
    detail: Type.Optional(Type.String({ description: 'what went wrong, for people' })),
    instance: Type.Optional(Type.String({ description: 'the id of the request, which the logs have too' })),
    errors: Type.Optional(Type.Array(FieldError)),
    current: Type.Optional(Task),
    quota: Type.Optional(Quota),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
