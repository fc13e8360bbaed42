import type { FastifySchema } from 'fastify';
import type { ErrorCode } from '../../contracts/error-codes.ts';

const withToken: ErrorCode[] = ['unauthorized', 'rate-limited', 'busy', 'unavailable'];
const withBody: ErrorCode[] = ['bad-request', 'payload-too-large', 'unsupported-media-type'];

/**
 * The codes of all problems that a route can answer: its own, and those that follow from its schema. A public route names all
 * of its codes, because its input is not checked in the same way.
 */
export function problemCodesOf(
  { body, params, querystring, headers, problems = [] }: FastifySchema,
  isPublic: boolean,
): ErrorCode[] {
  if (isPublic) return problems;
  const hasInput = [body, params, querystring, headers].some((part) => part !== undefined);
  return [
    ...withToken,
    ...(body === undefined ? [] : withBody),
    ...(hasInput ? (['invalid-input'] as const) : []),
    ...problems,
  ];
}
