import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { codeOfStatus } from '../contracts/error-codes.ts';
import type { Problem } from '../contracts/problem.ts';
import { AppError, invalidInput, unavailable } from '../errors.ts';
import { isDatabaseAway, isInvalidValue, isSqlState } from '../database/database.ts';
import { fieldErrorsOf } from './validation/field-errors.ts';
import type { Issue, JsonSchema } from './validation/issue.ts';

/** SQLSTATE of PostgreSQL. */
const diskFull = '53100';

/** Maps whatever was thrown to the AppError that a client may see. What is not ours becomes 500 without its message. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isValidationFailure(error))
    return invalidInput(fieldErrorsOf(error.validation, error.schema ?? {}, error.validationContext));
  if (isSqlState(error, diskFull))
    return new AppError(
      'unavailable',
      'The disk of the database is full. Changes fail until there is space.',
      { status: 503, retryable: true, cause: error, headers: { 'retry-after': '10' } },
    );
  if (isInvalidValue(error))
    return new AppError('invalid-value', 'A value can not be stored.', { cause: error });
  if (isDatabaseAway(error)) return unavailable('The database', error);
  if (isFrameworkError(error) && error.statusCode !== undefined && error.statusCode < 500) {
    return new AppError(codeOfStatus(error.statusCode), error.message, {
      status: error.statusCode,
      cause: error,
    });
  }
  return new AppError(
    'internal',
    'Something went wrong on our side. The logs have it under this request id.',
    { cause: error },
  );
}

/** The answer's body for an error (RFC 9457). */
export function problemOf(error: AppError, requestId: string): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    instance: requestId,
    ...(error.errors ? { errors: error.errors } : {}),
    ...(error.quota ? { quota: error.quota } : {}),
    ...(error.current === undefined ? {} : { current: error.current as NonNullable<Problem['current']> }),
  };
}

/** Answers a request that leads nowhere. */
export function refuseUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(404).type('application/problem+json').send({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'no-such-route',
    instance: request.id,
  });
}

type ValidationFailure = FastifyError & {
  validation: Issue[];
  schema?: JsonSchema;
  validationContext?: string;
};

function isFrameworkError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error;
}

function isValidationFailure(error: unknown): error is ValidationFailure {
  return error instanceof Error && 'validation' in error && Array.isArray(error.validation);
}
