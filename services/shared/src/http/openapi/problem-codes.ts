import type { FastifyContextConfig, FastifySchema } from 'fastify';
import type { ErrorCode } from '../../contracts/error-codes.ts';
import { isWrite } from '../refuse-writes.ts';

const withToken: ErrorCode[] = ['unauthorized', 'rate-limited', 'busy', 'unavailable'];
const withBody: ErrorCode[] = ['bad-request', 'payload-too-large', 'unsupported-media-type'];

/**
 * The codes of all problems that a route can answer: its own, and those that follow from its schema. A public route names all
 * of its codes, because its input is not checked in the same way.
 */
export function problemCodesOf(
  { body, params, querystring, headers, problems = [] }: FastifySchema,
  methods: string[],
  config: FastifyContextConfig = {},
): ErrorCode[] {
  if (config.public) return problems;
  const hasInput = [body, params, querystring, headers].some((part) => part !== undefined);
  return [
    ...withToken,
    ...(methods.some((method) => isWrite(method, config)) ? (['disk-almost-full'] as const) : []),
    ...(body === undefined ? [] : withBody),
    ...(hasInput ? (['invalid-input'] as const) : []),
    ...problems,
  ];
}
