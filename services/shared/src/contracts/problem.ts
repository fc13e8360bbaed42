import { Type, type Static } from 'typebox';
import { Task } from './task.ts';

/** One wrong field of a request: where it is (JSON Pointer, RFC 6901, without the leading slash) and why. */
export const FieldError = Type.Object(
  { field: Type.String(), message: Type.String() },
  { $id: 'FieldError' },
);
export type FieldError = Static<typeof FieldError>;

/** An error answer (RFC 9457, `application/problem+json`). `code` is stable and meant for programs. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'about:blank, or a link to the documentation of the code' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String({ description: "the request's id, found in the logs as well" })),
    errors: Type.Optional(Type.Array(FieldError)),
    current: Type.Optional(Task),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
