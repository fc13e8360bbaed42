import type { FastifyContextConfig, FastifySchema } from 'fastify';
import type { TObject } from 'typebox';
import type { ErrorCode } from '../../contracts/error-codes.ts';
import { isWrite } from '../refuse-writes.ts';

const withToken: ErrorCode[] = ['bad-request', 'unauthorized', 'rate-limited', 'busy', 'unavailable'];
const withBody: ErrorCode[] = ['too-large', 'unsupported-media-type'];
const withParams: ErrorCode[] = ['uri-too-long'];
const bodiless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The codes of all problems that a route can answer: its own, and those that follow from its method and schema. A body is read
 * before the route knows whether it wants one. A public route names all of its codes, because its input is not checked in the
 * same way.
 */
export function problemCodesOf(
  { body, params, querystring, headers, problems = [] }: FastifySchema,
  methods: string[],
  config: FastifyContextConfig = {},
): ErrorCode[] {
  if (config.public) return problems;
  const hasInput = [body, params, querystring, headers].some((part) => part !== undefined);
  const isKeyed = 'idempotency-key' in ((headers as TObject | undefined)?.properties ?? {});
  const isDeletion = methods.every((method) => method === 'DELETE');
  const codes: ErrorCode[] = [
    ...withToken,
    ...(methods.some((method) => isWrite(method, config)) ? (['disk-almost-full'] as const) : []),
    ...(methods.every((method) => bodiless.has(method)) ? [] : withBody),
    ...(params === undefined ? [] : withParams),
    ...(hasInput ? (['invalid-input'] as const) : []),
    ...(isKeyed ? (['idempotency-key-reused'] as const) : []),
    ...(isKeyed && !isDeletion ? (['quota-exceeded'] as const) : []),
    ...problems,
  ];
  return [...new Set(codes)];
}
